"""An alert as text, so that a specification can be read from top to bottom."""


def text(name, alert):
    calls = " · people are called by name" if alert.urgent else ""
    lines = [f"=== {name} ({alert.tone}{calls})", alert.headline]
    lines += [f"    {label} = {value}" for label, value in alert.facts]
    lines += [f"    > {line}" for line in alert.lines]
    if alert.actions:
        lines.append("    " + " ".join(f"[{action.label}]" for action in alert.actions))
    if alert.footer:
        lines.append(f"    {alert.footer}")
    return "\n".join(lines)

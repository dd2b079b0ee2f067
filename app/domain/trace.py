"""Where a thing stands in a trace of several systems, by W3C Trace Context (level 1): `traceparent` of version 00.

One rule: it is read strictly, and what is not exactly one is as if nobody had sent any. A trace explains; it decides
nothing.
"""

import re
from dataclasses import dataclass, replace

_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})", re.ASCII)
_SAMPLED = 1


@dataclass(frozen=True, slots=True)
class Trace:
    """A place in a trace: `id`, 32 hexadecimal digits, the same for everything that follows of one cause; `span`, 16
    of them, the step that comes next follows upon. `sampled`: whoever began it keeps it.

    As text it is what stands in the header `traceparent`.
    """

    id: str
    span: str
    sampled: bool = True

    def __str__(self) -> str:
        return f"00-{self.id}-{self.span}-0{int(self.sampled)}"

    @property
    def kept(self) -> str | None:
        """Its id, where somebody keeps it: for an exemplar."""
        return self.id if self.sampled else None

    def onward(self, chance: int) -> "Trace":
        """The same trace for whoever is told next; `chance`: at least 64 random bits from the caller."""
        return replace(self, span=f"{chance % (1 << 64) or 1:016x}")


def read(text: object) -> Trace | None:
    """What `text` says, None where it is not a `traceparent`. Flags that nobody has defined are not passed on."""
    if not isinstance(text, str) or not (found := _TRACEPARENT.fullmatch(text)):
        return None
    return Trace(found[1], found[2], bool(int(found[3], 16) & _SAMPLED))

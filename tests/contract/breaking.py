"""What in a newer description breaks a client of the older one. One rule: a client may send and ignore what it did.

Breaking: an operation, a success, an answer's property or an accepted request property that is gone; a request property
that is newly required; a request that takes less (type, enum, pattern, bounds); an answer that promises less (type,
required). Not breaking, since clients ignore what they do not know: more operations, optional parameters, properties,
problems, and more values in an answer's enum.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
_METHODS = ("get", "put", "post", "patch", "delete")
_LOWER = ("minimum", "minLength", "minItems", "exclusiveMinimum")
_UPPER = ("maximum", "maxLength", "maxItems", "exclusiveMaximum")


def breaking(before: Schema, after: Schema) -> list[str]:
    """What breaks, each with its place; empty where every client of `before` can talk to `after`."""
    return sorted(set(_Pair(before, after).differences()))


class _Pair:
    def __init__(self, before: Schema, after: Schema) -> None:
        self._before, self._after = before, after
        self._seen: set[tuple[str, str, bool]] = set()

    def differences(self) -> Iterator[str]:
        for path, calls in self._before["paths"].items():
            now = self._after["paths"].get(path, {})
            for method in (each for each in _METHODS if each in calls):
                place = f"{method.upper()} {path}"
                if method not in now:
                    yield f"{place}: the operation is gone"
                else:
                    yield from self._operation(place, calls[method], now[method])
        for name, calls in self._before.get("webhooks", {}).items():
            now = self._after.get("webhooks", {}).get(name)
            if now is None:
                yield f"{name}: the event is gone"
            else:
                yield from self._contents(name, calls["post"]["requestBody"], now["post"]["requestBody"], taken=False)

    def _operation(self, place: str, before: Schema, after: Schema) -> Iterator[str]:
        if before["operationId"] != after["operationId"]:
            yield f"{place}: its operationId is another"
        yield from self._scopes(place, before, after)
        yield from self._parameters(place, before, after)
        yield from self._body(place, before.get("requestBody"), after.get("requestBody"))
        for status, answer in before["responses"].items():
            if status not in after["responses"]:
                if status.startswith("2"):
                    yield f"{place} {status}: the success is gone"
                continue
            now = self._of(self._after, after["responses"][status])
            yield from self._contents(f"{place} {status}", self._of(self._before, answer), now, taken=False)

    @staticmethod
    def _scopes(place: str, before: Schema, after: Schema) -> Iterator[str]:
        def needed(operation: Schema) -> set[str]:
            return {scope for each in operation.get("security", ()) for scopes in each.values() for scope in scopes}

        if needed(after) - needed(before):
            yield f"{place}: another scope is needed"

    def _parameters(self, place: str, before: Schema, after: Schema) -> Iterator[str]:
        def known(operation: Schema) -> dict[tuple[str, str], Schema]:
            return {(each["in"], each["name"]): each for each in operation.get("parameters", ())}

        then, now = known(before), known(after)
        for (where, name), told in then.items():
            if where != "path" and (where, name) not in now:
                yield f"{place} ?{name}: the parameter is gone"
            elif (where, name) in now:
                yield from self._schema(f"{place} ?{name}", told["schema"], now[where, name]["schema"], taken=True)
        for key, told in now.items():
            if told.get("required") and key[0] != "path" and not then.get(key, {}).get("required"):
                yield f"{place} ?{key[1]}: newly required"

    def _body(self, place: str, before: Schema | None, after: Schema | None) -> Iterator[str]:
        if after and after.get("required") and not (before and before.get("required")):
            yield f"{place}: a body is newly required"
        if before and after:
            yield from self._contents(place, before, after, taken=True)
        elif before:
            yield f"{place}: it takes no body any more"

    def _contents(self, place: str, before: Schema, after: Schema, *, taken: bool) -> Iterator[str]:
        for kind, content in before.get("content", {}).items():
            if kind not in after.get("content", {}):
                yield f"{place}: {kind} is gone"
            else:
                yield from self._schema(place, content["schema"], after["content"][kind]["schema"], taken=taken)

    def _schema(self, place: str, before: Schema, after: Schema, *, taken: bool) -> Iterator[str]:
        """`taken`: we read it, so it may not take less; else we write it, so it may not promise less."""
        if "$ref" in before and "$ref" in after:
            step = (before["$ref"], after["$ref"], taken)
            if step in self._seen:
                return
            self._seen.add(step)
            place = before["$ref"].rpartition("/")[2]
        before, after = self._of(self._before, before), self._of(self._after, after)
        yield from self._types(place, before, after, taken=taken)
        yield from (self._narrower if taken else self._weaker)(place, before, after)
        then, now = before.get("properties", {}), after.get("properties", {})
        for name, each in then.items():
            if name not in now:
                yield f"{place}.{name}: the property is gone"
            else:
                yield from self._schema(f"{place}.{name}", each, now[name], taken=taken)
        for part in ("items", "additionalProperties"):
            if isinstance(before.get(part), Mapping) and isinstance(after.get(part), Mapping):
                yield from self._schema(f"{place}[]", before[part], after[part], taken=taken)
        for part in ("anyOf", "oneOf", "allOf"):
            yield from self._choices(place, before.get(part, ()), after.get(part, ()), taken=taken)

    def _choices(self, place: str, before: Any, after: Any, *, taken: bool) -> Iterator[str]:
        if (taken and len(after) < len(before)) or (not taken and before and len(after) > len(before)):
            yield f"{place}: it {'takes' if taken else 'answers'} other alternatives"
        for then, now in zip(before, after, strict=False):
            yield from self._schema(place, then, now, taken=taken)

    @staticmethod
    def _types(place: str, before: Schema, after: Schema, *, taken: bool) -> Iterator[str]:
        then, now = before.get("type"), after.get("type")
        wider = taken and (now is None or (then, now) == ("integer", "number"))
        if then != now and not wider:
            yield f"{place}: {then} has become {now}"

    @staticmethod
    def _narrower(place: str, before: Schema, after: Schema) -> Iterator[str]:
        for name in set(after.get("required", ())) - set(before.get("required", ())):
            yield f"{place}.{name}: newly required"
        if "enum" in after and set(map(str, before.get("enum", ["…"]))) - set(map(str, after["enum"])):
            yield f"{place}: it takes fewer values"
        if after.get("pattern") not in (None, before.get("pattern")):
            yield f"{place}: its pattern is another"
        tighter = any(after[each] > before.get(each, float("-inf")) for each in _LOWER if each in after)
        if tighter or any(after[each] < before.get(each, float("inf")) for each in _UPPER if each in after):
            yield f"{place}: its bounds are tighter"

    @staticmethod
    def _weaker(place: str, before: Schema, after: Schema) -> Iterator[str]:
        for name in set(before.get("required", ())) - set(after.get("required", ())):
            yield f"{place}.{name}: it may be missing now"

    @staticmethod
    def _of(document: Schema, part: Schema) -> Schema:
        while "$ref" in part:
            found: Any = document
            for step in part["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            part = found
        return part

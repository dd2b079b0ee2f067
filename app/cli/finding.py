"""What `piaoda doctor` says, a line a thing it looked at. One rule: what is not well says what to do next."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`ok` is None when it could not be looked at. `do` is the next step: of what is not well, or will not be soon."""

    what: str
    ok: bool | None
    says: str
    do: str = ""

    def __str__(self) -> str:
        return f"{self._mark}  {self.what}: {self.says}{f'; {self.do}' if self.do else ''}"

    @property
    def _mark(self) -> str:
        if self.ok is None:
            return "--  "
        if not self.ok:
            return "FAIL"
        return "warn" if self.do else "ok  "

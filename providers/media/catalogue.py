"""The contents of `catalogue.toml`, checked at import so that a slip of the pen stops the start and not a render."""

import tomllib
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, NonNegativeInt, PositiveInt

from models.domain.states import Ratio, RenderKind
from providers.errors import ReconnectNeeded, Refused
from providers.media.protocol import RenderRequest


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class References(_Entry):
    """How pictures are handed over: in this field, as a list where the model takes more than one."""

    field: str
    most: PositiveInt
    required: bool = False


class Price(_Entry):
    """In millionths of a US dollar, for each file that comes out, second of video and reference that goes in."""

    output: NonNegativeInt = 0
    second: NonNegativeInt = 0
    reference: NonNegativeInt = 0


class Model(_Entry):
    """One model of one provider.

    `native` is the provider's id; `endpoint` where that does not name the call. `inputs` are sent with each request.
    Of `durations_s` the first is asked for where the request leaves it open. `prompt_limit` counts UTF-16 units, the
    strictest way that any of the providers counts. `typical_s` is a first guess at the time from submit to result.
    """

    native: str
    endpoint: str = ""
    label: str
    kind: RenderKind
    ratios: dict[Ratio, str] = {}
    references: References | None = None
    inputs: dict[str, str] = {}
    most_variants: PositiveInt = 1
    variants_field: str = ""
    durations_s: tuple[PositiveInt, ...] = ()
    price: Price
    prompt_limit: PositiveInt
    typical_s: PositiveInt

    def duration_s(self, request: RenderRequest) -> int | None:
        """What to ask for; None for pictures."""
        return request.duration_s or (self.durations_s[0] if self.durations_s else None)

    def cost_micro_usd(self, *, outputs: int, references: int = 0, seconds: int = 0) -> int:
        return outputs * (self.price.output + seconds * self.price.second) + references * self.price.reference

    def ceiling_micro_usd(self, request: RenderRequest) -> int:
        return self.cost_micro_usd(
            outputs=request.variants, references=len(request.references), seconds=self.duration_s(request) or 0
        )

    def check(self, request: RenderRequest) -> None:
        """Refuse before anything is paid for.

        Raises:
            Refused: the model cannot do what is asked; says what to change.
        """
        if objection := self._objection(request):
            raise Refused(self.label, f"{self.label} {objection}")

    def _objection(self, request: RenderRequest) -> str | None:
        most = self.references.most if self.references else 0
        needed = self.references is not None and self.references.required
        lengths = ", ".join(str(seconds) for seconds in sorted(self.durations_s)) or "none"
        units = len(request.prompt.encode("utf-16-le")) // 2
        rules = (
            (request.kind is not self.kind, f"makes no {request.kind}. Choose another model."),
            (needed and not request.references, "needs a picture to start from. Choose one, or another model."),
            (
                len(request.references) > most,
                f"takes {most or 'no'} reference pictures. Remove some, or choose another model.",
            ),
            (request.variants > self.most_variants, f"makes {self.most_variants} at once. Ask for fewer variants."),
            (
                self.duration_s(request) not in (self.durations_s or (None,)),
                f"offers these lengths in seconds: {lengths}. Choose one of them.",
            ),
            (units > self.prompt_limit, f"reads at most {self.prompt_limit} characters. Shorten the description."),
        )
        return next((words for broken, words in rules if broken), None)


class _Catalogue(_Entry):
    as_of: date
    models: dict[str, Model]


_CATALOGUE = _Catalogue.model_validate(
    tomllib.loads(Path(__file__).with_name("catalogue.toml").read_text(encoding="utf-8"))
)


def entry(key: str) -> Model:
    """The model called `key`, such as "replicate/flux-2-pro".

    Raises:
        ReconnectNeeded: nothing is called so; an operator has to choose another one in the settings.
    """
    if key in _CATALOGUE.models:
        return _CATALOGUE.models[key]
    known = ", ".join(_CATALOGUE.models)
    message = (
        f"Greenlight knows no model {key!r}. Set GREENLIGHT_RENDER_IMAGE_MODEL and _VIDEO_MODEL to one of: {known}."
    )
    raise ReconnectNeeded(provider_of(key), message)


def provider_of(key: str) -> str:
    """The first part of a key: the provider's name."""
    return key.partition("/")[0]


def models_for(kind: RenderKind) -> dict[str, Model]:
    """All models of this kind by their keys."""
    return {key: model for key, model in _CATALOGUE.models.items() if model.kind is kind}


def models_of(provider: str) -> dict[str, Model]:
    """All models of this provider by their keys."""
    return {key: model for key, model in _CATALOGUE.models.items() if provider_of(key) == provider}

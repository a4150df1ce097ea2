"""Which models can be asked for, and whether what is asked of one of them can be made, before anything is paid."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from activities.composing import RenderModels
from api.problems import FieldProblem, wrong_fields
from api.schemas.renders import RenderBody, RenderModelView
from api.services import Services
from models.domain.states import RenderKind
from providers.media.catalogue import Model, models_for, provider_of
from providers.media.registry import ADAPTERS


def provider_label(key: str) -> str:
    """As people know the provider of that model."""
    name = provider_of(key)
    return ADAPTERS[name].label if name in ADAPTERS else name


def model_label(key: str) -> str:
    return _all()[key].label if key in _all() else key


def render_models(services: Services) -> list[RenderModelView]:
    return [_view(services, key, model) for key, model in _all().items()]


def default_model(services: Services, kind: RenderKind, has_references: bool) -> str:
    """The one that the campaign itself takes."""
    settings = services.settings
    return RenderModels(settings.render_image_model, settings.render_video_model).choose(kind, has_references)


@dataclass(frozen=True, slots=True)
class Offer:
    """What people may choose from here; `usual` is the installation's own model for a kind."""

    models: Sequence[RenderModelView] = ()
    image: str = ""
    video: str = ""

    def usual(self, kind: RenderKind) -> str:
        return self.image if kind is RenderKind.IMAGE else self.video


def offer_of(services: Services) -> Offer:
    settings = services.settings
    ready = [model for model in render_models(services) if model.ready]
    return Offer(ready, settings.render_image_model, settings.render_video_model)


def chosen_model(services: Services, body: RenderBody, references: int) -> str:
    """The key to send. `references` is how many pictures the brief has to begin with.

    Raises:
        ApiError: a 422 that names the field and lists the models that would do.
    """
    key = body.model or default_model(services, body.kind, references > 0)
    objection = next(_objections(services, body, key, references), None)
    if objection is None:
        return key
    field, words = objection
    fit = [fit for fit in models_for(body.kind) if next(_objections(services, body, fit, references), None) is None]
    listed = f" These can make it: {', '.join(fit)}." if fit else ""
    raise wrong_fields(f"{words}{listed}", [FieldProblem(pointer=f"/{field}", message=words)])


def most_micro_usd(model: RenderModelView, *, references: int) -> int:
    """What one file costs at most, with the longest video that is made unasked and every reference it takes."""
    seconds = model.durations_s[0] if model.durations_s else 0
    taken = min(references, model.most_references)
    return model.output_micro_usd + seconds * model.second_micro_usd + taken * model.reference_micro_usd


def _objections(services: Services, body: RenderBody, key: str, references: int) -> Iterator[tuple[str, str]]:
    model = _all().get(key)
    if model is None:
        yield "model", f"There is no model {key!r}."
        return
    if model.kind is not body.kind:
        yield "model", f"{model.label} makes no {body.kind.value}."
    if provider_of(key) not in services.media.configured:
        yield "model", f"{model.label} cannot be used here: no key is set for {provider_label(key)}."
    if model.references and model.references.required and not references:
        yield "model", f"{model.label} needs a picture to begin with. Put one into the brief, or take another model."
    if body.variants > model.most_variants:
        yield "variants", f"{model.label} makes {model.most_variants} at once. Ask for fewer, or take another model."


def _all() -> dict[str, Model]:
    return {key: model for kind in RenderKind for key, model in models_for(kind).items()}


def _view(services: Services, key: str, model: Model) -> RenderModelView:
    return RenderModelView(
        key=key,
        label=model.label,
        provider=provider_label(key),
        kind=model.kind,
        ready=provider_of(key) in services.media.configured,
        ratios=list(model.ratios),
        most_references=model.references.most if model.references else 0,
        needs_reference=model.references is not None and model.references.required,
        most_variants=model.most_variants,
        durations_s=list(model.durations_s),
        output_micro_usd=model.price.output,
        second_micro_usd=model.price.second,
        reference_micro_usd=model.price.reference,
        typical_s=model.typical_s,
    )

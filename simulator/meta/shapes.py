"""Shapes of the nested parameters: which parts are objects, lists, texts or numbers, wherever they are given.

Source: parameter types of the Marketing API v26 reference; parts that no rule looks at are left open.
"""

from simulator.meta.errors import invalid
from simulator.store import Json

_AUDIENCES = [{"id": str}]
_GEO = {
    "countries": [str],
    "regions": [dict],
    "cities": [{"radius": (int, float), "distance_unit": str}],
    "zips": [dict],
    "custom_locations": [{"radius": (int, float), "distance_unit": str}],
    "country_groups": [str],
    "location_types": [str],
}
_POSITIONS = {
    f"{platform}_positions": [str]
    for platform in ("facebook", "instagram", "audience_network", "messenger", "threads", "whatsapp")
}
_ACTION = {"type": str, "value": {"link": str, "lead_gen_form_id": (str, int)}}
_CARD = {"link": str, "name": str, "description": str, "image_hash": str, "call_to_action": _ACTION}
_LABELS = [{"name": str}]
_LABELLED = ("image", "video", "body", "title", "description", "link_url")
# Stands for every name that an object may have.
_ANY = "*"

SHAPES: dict[str, Json] = {
    "targeting": {
        "geo_locations": _GEO,
        "excluded_geo_locations": dict,
        "age_min": int,
        "age_max": int,
        "genders": [int],
        "locales": [int],
        "custom_audiences": _AUDIENCES,
        "excluded_custom_audiences": _AUDIENCES,
        "publisher_platforms": [str],
        "device_platforms": [str],
        "targeting_automation": {"advantage_audience": int},
        **_POSITIONS,
    },
    "promoted_object": {"custom_event_type": str, "pixel_id": (str, int), "page_id": (str, int)},
    "bid_constraints": {"roas_average_floor": int},
    "attribution_spec": [{"event_type": str, "window_days": int}],
    "adset_schedule": [{"start_minute": int, "end_minute": int, "days": [int]}],
    "creative": {"creative_id": (str, int), "id": (str, int)},
    "object_story_spec": {
        "page_id": (str, int),
        "instagram_user_id": (str, int),
        "link_data": {**_CARD, "message": str, "picture": str, "child_attachments": [_CARD]},
        "video_data": {
            "video_id": (str, int), "image_hash": str, "image_url": str, "message": str, "title": str,
            "link_description": str, "call_to_action": _ACTION,
        },
        "photo_data": dict,
        "text_data": dict,
        "template_data": dict,
    },
    "asset_feed_spec": {
        "images": [{"hash": str, "adlabels": _LABELS}],
        "videos": [{"video_id": (str, int), "adlabels": _LABELS}],
        "bodies": [{"text": str, "adlabels": _LABELS}],
        "titles": [{"text": str, "adlabels": _LABELS}],
        "descriptions": [{"text": str, "adlabels": _LABELS}],
        "link_urls": [{"website_url": str, "adlabels": _LABELS}],
        "call_to_actions": [_ACTION],
        "call_to_action_types": [str],
        "ad_formats": [str],
        "optimization_type": str,
        "asset_customization_rules": [
            {
                "customization_spec": {"publisher_platforms": [str], **_POSITIONS},
                **{f"{part}_label": {"name": str} for part in _LABELLED},
            }
        ],
    },
    "degrees_of_freedom_spec": {"creative_features_spec": {_ANY: {"enroll_status": str}}},
}  # fmt: skip
_WORDS = {str: "a text", int: "a whole number", dict: "an object", (str, int): "an id", (int, float): "a number"}


def check_shapes(values: dict[str, Json]) -> None:
    """Raises 100 for the first part that is not of its kind; nulls inside objects are taken out, as if not given."""
    for name in SHAPES.keys() & values.keys():
        _check(name, name, values[name], SHAPES[name])


def _check(param: str, path: str, value: Json, shape: Json) -> None:
    if isinstance(shape, list):
        if not isinstance(value, list):
            raise invalid(param, f"{path} must be a list")
        for index, item in enumerate(value):
            _check(param, f"{path}[{index}]", item, shape[0])
    elif isinstance(shape, dict):
        if not isinstance(value, dict):
            raise invalid(param, f"{path} must be an object")
        for name in [name for name, part in value.items() if part is None]:
            del value[name]
        for name in value.keys() if _ANY in shape else shape.keys() & value.keys():
            _check(param, f"{path}.{name}", value[name], shape.get(name, shape.get(_ANY)))
    elif not isinstance(value, shape) or isinstance(value, bool):
        raise invalid(param, f"{path} must be {_WORDS[shape]}")

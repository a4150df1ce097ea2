"""The pretended language model: from a request to an answer that fits its schema, its data and the faults set."""

import json

from fastapi import Request

from simulator.faults import FaultName, Faults
from simulator.openai.prompt_data import Blocks, Value, blocks, prompt_text
from simulator.openai.schema_fill import MISSING, SchemaFill
from simulator.openai.strictness import complaint
from simulator.openai.wire import Answer, Json, bad_request, seed_of, tokens
from simulator.openai.writers import suggestion
from simulator.openai.writers.adviser import advice
from simulator.openai.writers.amounts import claim_percentage

_REFUSAL = "I'm sorry, but I can't help with that request."


class Model:
    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def answer(self, request: Request, body: Json, output_format: Json | None, limit: int | None) -> Answer:
        """`output_format`: {name, schema, strict} or None for plain text; `limit`: output tokens allowed."""
        text = self._text(request, body, output_format)
        cut = {
            FaultName.REFUSAL: Answer(_REFUSAL, "refusal"),
            FaultName.FAILED: Answer("", "failed"),
            FaultName.CONTENT_FILTER: Answer(text[: len(text) // 3], "content_filter"),
            FaultName.INVALID_JSON: Answer(f"Sure! Here is the JSON you asked for:\n{text[:-1]}"),
            FaultName.TRUNCATED: Answer(text[: len(text) // 2], "max_output_tokens"),
        }
        for name, answer in cut.items():
            if self._faults.take(name, request.method, request.url.path):
                return answer
        if limit is not None and tokens(text) > limit:
            return Answer(text.encode()[: 4 * limit].decode(errors="ignore"), "max_output_tokens")
        return Answer(text)

    def _text(self, request: Request, body: Json, output_format: Json | None) -> str:
        seed = seed_of(body)
        found = blocks(prompt_text(body))
        value = suggestion(found, seed)
        if "copy_task" in found and "current_copy" not in found:
            value = self._mistaken(value, found, request)
        if "advice_task" in found:
            value = self._rash(value, found, request)
        if output_format is not None:
            value = SchemaFill(output_format["schema"], seed).fill(MISSING if value is None else value)
        elif value is None:
            return "Here is a short answer, written without a model."
        return json.dumps(value, ensure_ascii=False)

    def _rash(self, value: Value, found: Blocks, request: Request) -> Value:
        """Advice that makes up a figure, or wants more than anybody allows."""
        if self._faults.take(FaultName.BOLD_ADVICE, request.method, request.url.path):
            value = advice(found["advice_task"], bold=True)
        if self._faults.take(FaultName.MADE_UP_FIGURE, request.method, request.url.path):
            value = {**value, "advice": f"{value['advice']} This saves 31.7 percent."}
        return value

    def _mistaken(self, value: Value, found: Blocks, request: Request) -> Value:
        """The knob that makes one copy promise more than the offer."""
        if fault := self._faults.take(FaultName.WRONG_OFFER, request.method, request.url.path):
            offer = (found.get("brief") or {}).get("offer") or {}
            return claim_percentage(value, offer.get("text", ""), int(fault.params.get("percent", 30)))
        return value


def checked_format(output_format: Value, param: str) -> Json | None:
    """A json_schema format as {name, schema, strict}; None for plain text. Raises ApiError for what is not accepted."""
    if not isinstance(output_format, dict) or output_format.get("type", "text") == "text":
        return None
    if output_format["type"] == "json_object":
        return {"name": "object", "schema": {"type": "object", "properties": {}}, "strict": False}
    if output_format["type"] != "json_schema":
        raise bad_request(f"Invalid value: {output_format['type']!r}.", f"{param}.type", "invalid_value")
    wanted = output_format.get("json_schema", output_format)
    if flaw := complaint(wanted.get("name"), wanted.get("schema"), wanted.get("strict")):
        raise bad_request(flaw, f"{param}.schema", "invalid_json_schema")
    return {"name": wanted["name"], "schema": wanted["schema"], "strict": wanted.get("strict")}

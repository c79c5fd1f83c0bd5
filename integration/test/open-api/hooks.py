"""What Schemathesis does besides, loaded by it."""

import itertools
import re

import schemathesis

_numbers = itertools.count(1)
_KEY = re.compile(r"[\x21-\x7e]{1,128}\Z")

# Rules that JSON Schema can say. Others, such as `invalid_value`, are looked up or compare fields, and the document tells them in words.
_SAYABLE = {"invalid_type", "invalid_format", "too_big", "too_small", "unknown_field"}


@schemathesis.hook
def before_call(context, case, kwargs):
    """Gives most requests an idempotency key of their own.

    The tester repeats a few values, and a key that was used before is refused before the service looks at the rest. Every fourth stays
    as it is, so that this refusal comes too; so do malformed ones.
    """
    headers = case.headers or {}
    key = next((name for name in headers if name.lower() == "idempotency-key"), None)
    if key is None or not isinstance(headers[key], str) or not _KEY.match(headers[key]):
        return
    number = next(_numbers)
    if number % 4 != 0:
        headers[key] = f"key-{number}"


@schemathesis.check
def described_as_checked(ctx, response, case):
    """What the document allows is not refused for its type, its size or its form.

    Schemathesis' own check `positive_data_acceptance` would refuse business rules too, which no schema can say.
    """
    if case.meta is None or case.meta.generation.mode.is_negative or response.status_code != 400:
        return
    details = response.json()["error"].get("details", [])
    broken = [f"{detail.get('in', 'body')} {detail['pointer']} {detail['rule']}" for detail in details if detail["rule"] in _SAYABLE]
    assert not broken, f"the document allows what is refused: {', '.join(broken)}"

"""A line of a log is one JSON object that says which command it belongs to, and never what somebody typed."""

import json
import logging
import sys

import asyncpg
import httpx
import pytest
from pydantic import BaseModel

from schemas.codec import Undecodable, decode
from schemas.envelope import Record
from services.runtime.logs import JsonLines
from services.runtime.process import quiet
from services.runtime.trace import because_of, begin, name_cause, working_on
from tests.enveloped import RECORD

TYPED = "Wilma Onbekend"


class Form(BaseModel):
    """Something that is typed."""

    age: int


def line(error: BaseException | None = None, said: str = "something happened") -> dict:
    """What a process writes when that error was met."""
    told = None if error is None else (type(error), error, error.__traceback__)
    record = logging.LogRecord("services.aid", logging.ERROR, __file__, 1, said, (), told)
    written = JsonLines("aid").format(record)
    assert "\n" not in written
    return json.loads(written)


def caught(act) -> BaseException:
    """What that raises."""
    try:
        act()
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def test_a_line_says_when_who_and_what() -> None:
    found = line(said="two\nlines")
    assert (found["process"], found["where"], found["level"], found["said"]) == (
        *("aid", "services.aid", "ERROR"),
        "two\nlines",
    )
    assert found["at"].endswith("+00:00") and "trace" not in found and "errors" not in found


def test_a_line_names_the_trace_that_is_worked_on() -> None:
    trace = begin("", share=0)
    with working_on(trace):
        assert line()["trace"] == trace.trace
    assert "trace" not in line()


def test_a_line_names_the_cause_that_all_changes_of_the_command_carry() -> None:
    with because_of("c1"):
        assert line()["cause"] == "c1"
        name_cause("c2")
        assert line()["cause"] == "c2"
    assert "cause" not in line()


def _a_form_that_does_not_fit() -> None:
    Form.model_validate({"age": TYPED})


def _a_row_that_is_there() -> None:
    raise asyncpg.UniqueViolationError(f"Key (name)=({TYPED}) already exists")


@pytest.mark.parametrize(
    "act",
    [_a_form_that_does_not_fit, _a_row_that_is_there, lambda: int(TYPED), lambda: {}[TYPED]],
)
def test_an_error_whose_words_may_be_somebodys_is_told_without_them(act) -> None:
    found = line(caught(act))
    assert TYPED not in json.dumps(found)
    (error,) = found["errors"]
    assert error["class"] and error["words"] == "" and any("test_logs.py" in each for each in error["frames"])


def test_an_error_of_the_machine_says_what_is_wrong_and_what_caused_it() -> None:
    def fails() -> None:
        try:
            raise OSError("no space left")
        except OSError as cause:
            raise RuntimeError("the file is not written") from cause

    assert [(each["class"], each["words"]) for each in line(caught(fails))["errors"]] == [
        ("RuntimeError", "the file is not written"),
        ("OSError", "no space left"),
    ]


def test_the_members_of_a_group_are_told_too() -> None:
    group = ExceptionGroup("two things", [OSError("away"), int and ValueError(TYPED)])
    assert [each["class"] for each in line(group)["errors"]] == ["ExceptionGroup", "OSError", "ValueError"]
    assert TYPED not in json.dumps(line(group))


def test_a_record_that_breaks_the_contract_is_named_without_what_stands_in_it() -> None:
    with pytest.raises(Undecodable) as found:
        decode(Record(RECORD.key, json.dumps({"person": TYPED}).encode(), RECORD.headers))
    assert TYPED not in str(found.value) and ": missing" in str(found.value)


def test_what_ends_a_process_is_a_line_too(monkeypatch: pytest.MonkeyPatch, caplog) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    from services.runtime import logs

    error = caught(lambda: 1 / 0)
    logs._fatal(type(error), error, error.__traceback__)
    assert [each.getMessage() for each in caplog.records] == ["this process ends"]


def test_whom_a_service_calls_is_said_by_no_library(caplog: pytest.LogCaptureFixture) -> None:
    quiet()
    caplog.set_level(logging.INFO)
    transport = httpx.MockTransport(lambda _: httpx.Response(201))
    with httpx.Client(transport=transport) as client:
        client.get("https://provider.example/Calls.json", params={"To": "+31600000000"})
    assert not caplog.records

"""What follows from a sound process: does it fit, when are steps due, what changed, pictures, YAML, skips."""

from datetime import date, datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from kernel.core.clock import VIETNAM
from province.read import read
from services.catalog.api.workflows.yaml_form import read_yaml, write_yaml
from services.catalog.domain.process import judged, read_parts, read_process
from services.catalog.domain.reading import Reader
from services.catalog.domain.workflows.differences import differences
from services.catalog.domain.workflows.drawing import mermaid, sentences, sheet, svg
from services.catalog.domain.workflows.engine import notes
from services.catalog.domain.workflows.errors import NotYaml
from services.catalog.domain.workflows.fit import Office, Use, fit_faults, terms_of, use_of
from services.catalog.domain.workflows.graph import Graph
from services.catalog.domain.workflows.simulation import all_ways, follow, walk
from tests.builders.catalog import a_process, a_step
from worktime.calendar import WorkCalendar

OFFICE = WorkCalendar.parse("07:30-11:30;13:30-17:30", "", (date(2026, 1, 1), date(2026, 12, 31)))
PROVINCE = read()["processes"]


def a_read(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a process read and sound."""
    reader = Reader(a_process(*steps, **more))
    read_process(reader)
    assert reader.reasons == []
    return reader.data


def found(*steps: dict[str, Any], **more: Any) -> set[str]:
    """Return the codes of the faults of a process of these steps."""
    reader = Reader(a_process(*steps, **more))
    read_parts(reader)
    assert reader.reasons == []
    return {fault.code for fault in judged(reader.data)}


DRAFT, CHECK = a_step("soan", "SPECIALIST", "soat"), a_step("soat", "TEAM_LEAD", "ky")
SIGN, ISSUE = a_step("ky", "SIGNER", "ra"), a_step("ra", "CLERK")
OPINION = a_step("y", issues_result=False, consultation_of=["soan"])
ALL_ROLES = ("SPECIALIST", "TEAM_LEAD", "SIGNER", "CLERK")


def an_office(code: str = "H99.11", **people: tuple[str, ...]) -> Office:
    """Return an office; without people, one person a role."""
    hands = people or {role.lower(): (role,) for role in ALL_ROLES}
    staff = tuple((name, "chuyen-mon", frozenset(roles)) for name, roles in hands.items())
    return Office(code, "COMMUNE", 17.5, staff)


def a_use(days: int = 3, *performing: str) -> Use:
    """Return a procedure that uses the process."""
    term = {"unit": "WORKING_DAY", "value": days}
    return Use("1.000001", performing or ("H99.11",), (("ONLINE", "", term),))


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ((a_step("soan", "SPECIALIST", "ky", can_return_to=["ky"]), SIGN, ISSUE), "return-not-back"),
        ((a_step("soan", "SPECIALIST", "ky", can_return_to=["soan"]), SIGN, ISSUE), "return-not-back"),
        (
            (a_step("soan", "SPECIALIST", "cho"), a_step("cho", "CLERK", "ky", kind="OUTSIDE"), SIGN, ISSUE),
            "outside-unnamed",
        ),
        (
            (
                a_step("soan", "SPECIALIST", "cho"),
                a_step("cho", "CLERK", "ky", kind="APPLICANT", hours=0),
                SIGN,
                ISSUE,
            ),
            "wait-unbounded",
        ),
        ((DRAFT, CHECK, SIGN, a_step("ra", "CLERK", kind="APPLICANT")), "result-outside"),
        (
            (DRAFT, CHECK, SIGN, ISSUE, OPINION | {"hours": 5}),
            "consultation-outlasts",
        ),
        (
            (
                DRAFT,
                CHECK,
                SIGN,
                ISSUE,
                OPINION | {"kind": "OUTSIDE"},
            ),
            "consultation-not-office",
        ),
        (
            (
                DRAFT | {"kind": "APPLICANT"},
                CHECK,
                SIGN,
                ISSUE,
                OPINION | {"join": "ALL"},
            ),
            "engine-join-all",
        ),
        (
            (
                a_step("soan", "SPECIALIST", "ky"),
                a_step("ky", "SIGNER", "ra", may_skip=["SPECIALIST"]),
                ISSUE,
            ),
            "skip-forbidden",
        ),
        ((a_step("soan", "SPECIALIST", "ky", may_skip=["SPECIALIST"]), SIGN, ISSUE), "skip-nobody"),
        ((DRAFT, a_step("soat", "TEAM_LEAD", "ky", may_skip=["CLERK"]), SIGN, ISSUE), "skip-nobody"),
    ],
)
def test_each_promise_nobody_could_keep_has_its_reason(steps: tuple[dict[str, Any], ...], code: str) -> None:
    """Returns go back, waits end, opinions fit, skips have somebody, the engine can do it."""
    assert code in found(*steps)


def test_an_office_step_may_wait_for_every_opinion() -> None:
    """The dossier's engine waits until each is given or past its deadline."""
    assert "engine-join-all" not in found(DRAFT, CHECK, SIGN, ISSUE, OPINION | {"join": "ALL"})


TAX = a_step("thue", "SPECIALIST", "ky") | {
    "kind": "OUTSIDE",
    "role": None,
    "unit": None,
    "system": "CO_QUAN_THUE",
    "way": "DOCUMENT",
    "tells": ["owner.full_name", "component.ban-ve"],
}


def test_an_outside_step_says_how_it_is_asked_for_and_what_the_question_tells() -> None:
    """Read again it is the same; without either the connector is asked, as before."""
    process = a_read(a_step("soan", "SPECIALIST", "thue"), TAX, SIGN, ISSUE)
    step = process["steps"][1]
    assert (step["way"], step["tells"]) == ("DOCUMENT", ["owner.full_name", "component.ban-ve"])
    silent = a_read(a_step("soan", "SPECIALIST", "thue"), TAX | {"way": None, "tells": None}, SIGN, ISSUE)
    assert not {"way", "tells"} & set(silent["steps"][1])


@pytest.mark.parametrize(
    "wrong",
    [
        {"way": "FAX"},
        {"tells": ["owner.religion"]},
        {"tells": ["form.thu_nhap"]},
        {"way": "CONNECTOR"},
        {"way": None},
        {"kind": "OFFICE", "role": "SPECIALIST", "unit": "chuyen-mon"},
    ],
    ids=str,
)
def test_a_question_that_nobody_could_ask_is_refused(wrong: dict[str, Any]) -> None:
    """Another way, data no question tells, data without a document, a question of our own office."""
    reader = Reader(a_process(a_step("soan", "SPECIALIST", "thue"), TAX | wrong, SIGN, ISSUE))
    read_process(reader)
    assert any(".way: " in one or ".tells: " in one for one in reader.reasons)


def test_a_skippable_step_has_a_way_around_for_the_one_before() -> None:
    """The specialist may pass the lead by; the signature still follows a draft; the sheet tells who."""
    process = a_read(DRAFT, CHECK | {"may_skip": ["SPECIALIST"]}, SIGN, ISSUE)
    assert process["steps"][0]["next"] == [
        {"to": "ky", "when": "skip-soat", "skips": "soat"},
        {"to": "soat", "when": ""},
    ]
    graph = Graph(process)
    assert follow(graph, {}) == ["soan", "soat", "ky", "ra"]
    assert follow(graph, {"skip-soat": True}) == ["soan", "ky", "ra"]
    assert process["critical_hours"] == 16
    assert sheet(process)[1]["may_skip"] == ["SPECIALIST"]
    assert any("Bỏ qua" in note for note in notes(process))


def test_a_condition_reaches_the_engine_as_one_fact() -> None:
    """`when` is the single fact, `condition` what it stands for; the default is tried last."""
    fork = a_step("soan", "SPECIALIST") | {
        "issues_result": False,
        "next": [{"to": "ky", "when": ""}, {"to": "soat", "when": "area >  500 and not urgent"}],
    }
    facts = [{"name": "area", "kind": "NUMBER"}, {"name": "urgent", "kind": "BOOLEAN"}]
    process = a_read(fork, CHECK, SIGN, ISSUE, facts=facts)
    assert process["steps"][0]["next"] == [
        {"to": "soat", "when": "area-gt-500-and-not-urgent", "condition": "area > 500 and not urgent"},
        {"to": "ky", "when": ""},
    ]


def test_a_process_that_fits_has_no_faults() -> None:
    """Three days for sixteen hours, one person a role."""
    assert fit_faults(a_read(DRAFT, CHECK, SIGN, ISSUE), [a_use(3)], {"H99.11": an_office()}) == []


def test_the_longest_way_is_held_against_every_channel_and_case() -> None:
    """The committed time counts where it is shorter; each place that is too short is named."""
    procedure = {
        "code": "1.000001",
        "performing_agencies": ["H99.11"],
        "channels": [
            {
                "channel": "DIRECT",
                "statutory_time": {"unit": "WORKING_DAY", "value": 3},
                "processing_time": {"unit": "WORKING_DAY", "value": 1},
                "cases": [{"case": "TH1", "processing_time": {"unit": "WORKING_DAY", "value": 5}}],
            },
            {
                "channel": "ONLINE",
                "processing_time": {"unit": "WORKING_DAY", "value": 2},
                "cases": [{"case": "TH2", "processing_time": {"unit": "WORKING_HOUR", "value": 15}}],
            },
            {"channel": "POSTAL", "processing_time": {"unit": "UNKNOWN", "value": 1}},
        ],
    }
    assert len(list(terms_of(procedure))) == 5
    offices = {"H99.11": an_office()}
    faults = fit_faults(a_read(DRAFT, CHECK, SIGN, ISSUE), [use_of(procedure, offices)], offices)
    assert [(fault.code, fault.about) for fault in faults] == [
        ("too-long", ("1.000001", "DIRECT")),
        ("too-long", ("1.000001", "ONLINE", "TH2")),
    ]
    assert "soan → soat → ky → ra" in faults[0].reason


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ({"a": ("SPECIALIST", "TEAM_LEAD", "CLERK"), "b": ("SIGNER",)}, set()),
        ({"a": ("SPECIALIST", "TEAM_LEAD", "CLERK")}, {"role-unfilled"}),
        ({"a": ("SPECIALIST", "SIGNER", "TEAM_LEAD", "CLERK")}, {"drafter-signs"}),
        ({"a": ("SPECIALIST", "SIGNER"), "b": ("SPECIALIST", "TEAM_LEAD", "CLERK")}, set()),
        ({"a": ("SPECIALIST", "SIGNER"), "b": ("SIGNER", "TEAM_LEAD", "CLERK")}, set()),
    ],
)
def test_a_small_office_needs_two_people(people: dict[str, tuple[str, ...]], expected: set[str]) -> None:
    """One may hold many roles; who drafts and who signs stay two."""
    offices = {"H99.11": an_office(**people)}
    faults = fit_faults(a_read(DRAFT, CHECK, SIGN, ISSUE), [a_use()], offices)
    assert {fault.code for fault in faults} == expected


def test_a_variant_is_judged_for_its_own_agency() -> None:
    """Roles missing elsewhere do not matter; an agency that performs nothing has no variant."""
    offices = {"H99.11": an_office(a=("SPECIALIST",), b=("SIGNER", "CLERK")), "H99.12": an_office("H99.12")}
    variant = a_read(DRAFT | {"next": [{"to": "ky", "when": ""}]}, SIGN, ISSUE, code="QT-01", agency="H99.11")
    assert (variant["code"], variant["variant_of"]) == ("QT-01@H99.11", "QT-01")
    assert fit_faults(variant, [a_use(3, "H99.11", "H99.12")], offices) == []
    whole = a_read(DRAFT, CHECK, SIGN, ISSUE)
    [fault] = fit_faults(whole, [a_use(3, "H99.11", "H99.12")], offices)
    assert (fault.code, fault.about) == ("role-unfilled", ("H99.11", "soat"))
    assert [one.code for one in fit_faults(variant, [a_use(3, "H99.12")], offices)] == [
        "agency-not-performing"
    ]
    assert [one.code for one in fit_faults(variant, [], {})] == ["agency-unknown"]
    assert any("QUY-TRÌNH@CƠ-QUAN" in note for note in notes(variant))


def test_steps_are_due_in_office_time_beside_the_whole() -> None:
    """From Monday afternoon over the night; what is left to the whole due moment is told of each."""
    opinion = OPINION | {"hours": 2}
    process = a_read(DRAFT, CHECK, SIGN, ISSUE, opinion)
    graph = Graph(process)
    start = datetime(2026, 3, 2, 15, 30, tzinfo=VIETNAM)
    due = datetime(2026, 3, 4, 17, 30, tzinfo=VIETNAM)
    timed = walk(graph, all_ways(graph)[0], {}, calendars={"": OFFICE}, start=start, due=due)
    moments = [(one.code, f"{one.due_at:%d %H:%M}", one.slack_hours, one.beside) for one in timed.steps]
    assert moments == [
        ("soan", "03 09:30", 14, ""),
        ("y", "02 17:30", 16, "soan"),
        ("soat", "03 15:30", 10, ""),
        ("ky", "04 09:30", 6, ""),
        ("ra", "04 15:30", 2, ""),
    ]
    assert (timed.slack_hours, timed.is_within) == (2, True)
    late = walk(graph, all_ways(graph)[0], {}, calendars={"": OFFICE}, start=start, due=start)
    assert (late.slack_hours, late.is_within) == (-16, False)


def test_differences_match_steps_by_their_code() -> None:
    """Another order is no difference; a new, a lost and a changed step are three."""
    before = a_read(DRAFT, CHECK, SIGN, ISSUE)
    assert differences(before, {**before, "steps": before["steps"][::-1], "edition": 9}) == []
    lost = DRAFT | {"next": [{"to": "xem", "when": ""}], "hours": 5}
    after = a_read(lost, a_step("xem", "TEAM_LEAD", "ky"), SIGN, ISSUE)
    told = [(one.path, one.change) for one in differences(before, after)]
    assert told == [
        ("steps[soan].hours", "CHANGED"),
        ("steps[soan].next", "CHANGED"),
        ("steps[soat]", "REMOVED"),
        ("steps[xem]", "ADDED"),
    ]


@pytest.mark.parametrize("process", PROVINCE, ids=lambda one: one["code"])
def test_yaml_gives_back_exactly_what_was_written(process: dict[str, Any]) -> None:
    """Every process of the province: written, read, the same, defaults and all."""
    reader = Reader(process)
    read_process(reader)
    assert reader.reasons == []
    text = write_yaml([reader.data])
    again = Reader(read_yaml(text.encode())[0])
    read_process(again)
    assert again.reasons == []
    assert again.data == reader.data
    assert write_yaml([again.data]) == text
    assert "&id" not in text


def test_yaml_keeps_conditions_facts_skips_and_texts_that_look_like_something_else() -> None:
    """`no`, a number in a text, a condition and a skip all come back."""
    fork = DRAFT | {
        "name": "no",
        "product": "1.0",
        "next": [{"to": "ky", "when": "area > 5", "label": "Đất rộng: > 5"}, {"to": "soat", "when": ""}],
    }
    process = a_read(
        fork, CHECK | {"may_skip": ["SPECIALIST"]}, SIGN, ISSUE, facts=[{"name": "area", "kind": "NUMBER"}]
    )
    [again] = read_yaml(write_yaml([process], source="Mẫu").encode())
    reader = Reader(again)
    read_process(reader)
    assert reader.data == process


@pytest.mark.parametrize(
    "text",
    [
        "processes: [",
        "processes: []",
        "other: 1",
        "- 1",
        "processes: [1]",
        "processes: [{code: a, code: b}]",
        "processes:\n  - &a {code: X}\n  - *a",
        "processes: [{code: !!python/object/apply:os.system [id]}]",
        "processes: [{code: .nan}]",
        "processes: [{code: 2026-01-01T00:00:00}]",
        "processes: [{code: 2026-13-01}]",
        "processes: [{1: a}]",
        "processes: [" + "[" * 40 + "]" * 40 + "]",
        "processes: [" + "[" * 3000 + "]" * 3000 + "]",
        "a: 'x\x00'",
    ],
)
def test_what_is_no_yaml_of_processes_is_refused(text: str) -> None:
    """Broken, aliased, executable, absurdly nested: one refusal, no crash."""
    with pytest.raises(NotYaml):
        read_yaml(text.encode())
    with pytest.raises(NotYaml):
        read_yaml(b"\xff\xfe")


@pytest.mark.parametrize("process", PROVINCE, ids=lambda one: one["code"])
def test_a_picture_stands_alone_and_is_told_in_words(process: dict[str, Any]) -> None:
    """Well-formed, nothing fetched, each step in a box, in words and in Mermaid."""
    reader = Reader(process)
    read_process(reader)
    drawn = svg(reader.data)
    root = ET.fromstring(drawn)  # noqa: S314 - our own text.
    assert "href" not in drawn
    assert drawn.count("url(") == drawn.count("url(#a)")
    texts = [node.text or "" for node in root.iter()]
    boxes = list(root.iter("{http://www.w3.org/2000/svg}g"))
    assert len(boxes) == len(process["steps"])
    described = next(text for text in texts if text.startswith("1. "))
    for step in process["steps"]:
        assert step["name"] in described
    assert len(sentences(reader.data)) == len(sheet(reader.data)) == len(process["steps"])
    lines = mermaid(reader.data).splitlines()
    assert lines[0] == "flowchart TD"
    assert sum('["' in line or '[/"' in line or '(["' in line for line in lines) == len(process["steps"])


def test_boxes_do_not_lie_on_each_other() -> None:
    """Each box has a place of its own, every way leads downwards."""
    for process in PROVINCE:
        reader = Reader(process)
        read_process(reader)
        root = ET.fromstring(svg(reader.data))  # noqa: S314 - our own text.
        boxes = [node.find("{*}rect") for node in root.iter("{http://www.w3.org/2000/svg}g")]
        corners = [(int(box.attrib["x"]), int(box.attrib["y"])) for box in boxes if box is not None]
        width, height = (int(root.attrib[name]) for name in ("width", "height"))
        for place, (x, y) in enumerate(corners):
            assert 0 <= x <= width - 230
            assert 0 <= y <= height - 84
            assert all(abs(x - a) >= 230 or abs(y - b) >= 84 for a, b in corners[:place])


def test_a_picture_speaks_of_conditions_in_peoples_words() -> None:
    """Facts by their label, signs in Vietnamese; a way past other boxes goes around them, not behind."""
    fork = DRAFT | {"next": [{"to": "ra", "when": "urgent and not (area > 5)"}, {"to": "soat", "when": ""}]}
    facts = [
        {"name": "urgent", "label": "Khẩn", "kind": "BOOLEAN"},
        {"name": "area", "label": "Diện tích", "kind": "NUMBER"},
    ]
    process = a_read(fork, CHECK, SIGN, ISSUE, facts=facts)
    assert sheet(process)[0]["next"][0]["when"] == "Khẩn và không Diện tích > 5"
    gap = 24 + 60 + 230 + 70 - 10
    assert f"L{gap} " in svg(process)
    assert f"L{gap} " not in svg(a_read(DRAFT, CHECK, SIGN, ISSUE))


def test_names_cannot_break_out_of_a_picture() -> None:
    """Markup and Mermaid signs in a name stay text."""
    bad = '</text><script>alert(1)</script>"]; click s1 "javascript:x"'
    process = a_read(DRAFT | {"name": bad}, CHECK, SIGN, ISSUE)
    assert "<script" not in svg(process)
    ET.fromstring(svg(process))  # noqa: S314 - our own text.
    assert "<script" not in mermaid(process)
    assert sum(line.lstrip().startswith("click") for line in mermaid(process).splitlines()) == 0


def test_the_sheet_lists_steps_in_the_order_of_work() -> None:
    """However they were written; an opinion stands under its step."""
    opinion = OPINION | {"hours": 2}
    process = a_read(ISSUE, opinion, SIGN, CHECK, DRAFT, first="soan")
    assert [(row["number"], row["code"]) for row in sheet(process)] == [
        ("1", "soan"),
        ("1.1", "y"),
        ("2", "soat"),
        ("3", "ky"),
        ("4", "ra"),
    ]

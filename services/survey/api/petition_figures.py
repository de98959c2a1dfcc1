"""Indices 5.1 to 5.3 for those who oversee, each number opened down to what it counts."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from kernel.core.errors import Invalid
from kernel.web.deps import Caller, Now, current_work
from kernel.web.described import problems
from kernel.web.edge import EdgeRoute
from kernel.web.paging import Cursor, Limit, Page, decode_cursor, encode_cursor
from services.survey.api.schemas import Moment
from services.survey.domain.petitions.indices import FORMULA_VERSION, Number
from services.survey.use_cases.compute_satisfaction import check_period, check_sight
from services.survey.use_cases.petitions.count_petitions import count_petitions, counted_petitions

router = APIRouter(
    route_class=EdgeRoute, prefix="/v1/indices", tags=["petitions"], responses=problems(401, 403, 422)
)
Work = Annotated[Any, Depends(current_work)]
First = Annotated[date, Query(alias="from", description="Từ ngày")]
Last = Annotated[date, Query(alias="to", description="Đến hết ngày")]
Agency = Annotated[str | None, Query(max_length=40, description="Mã cơ quan; bỏ trống: toàn tỉnh")]


class PetitionIndexShown(BaseModel):
    """One index; `percent` is rounded to be shown, null where nothing was counted."""

    code: Literal["5.1", "5.2", "5.3"]
    numerator: int
    denominator: int
    percent: Decimal | None
    points: Decimal
    most_points: int


class IndexSetShown(BaseModel):
    """Which weights were used; `check`: somebody has still to compare them with their text."""

    code: str
    valid_from: date
    source: str
    check: bool


class PetitionFiguresShown(BaseModel):
    """The three indices, how many stand behind each word, and by what they were counted."""

    agency: str | None
    from_day: date
    to_day: date
    computed_at: Moment
    formula_version: str
    set: IndexSetShown
    indices: list[PetitionIndexShown]
    petitions: dict[str, int]
    dossiers: dict[str, int]


class CountedItem(BaseModel):
    """A petition, or a dossier, that a number counts; no words, no sender."""

    petition_id: UUID | None = None
    reference: str | None = None
    dossier_id: UUID | None = None
    dossier_code: str | None = None
    agencies: list[str]
    began_at: Moment | None = None
    ended_at: Moment | None = None
    ended_on: date | None = None
    numbers: list[str]


@router.get("/petitions")
async def get_petition_indices(
    work: Work,
    by: Caller,
    now: Now,
    first: First,
    last: Last,
    agency: Agency = None,
    weighed: Annotated[
        Literal["766-2022", "766-2026"] | None,
        Query(alias="set", description="Bỏ trống: bộ chỉ số áp dụng vào ngày cuối kỳ"),
    ] = None,
) -> PetitionFiguresShown:
    """Chỉ số 5.1, 5.2, 5.3: phản ánh, kiến nghị xử lý đúng hạn, hài lòng, và hồ sơ không bị phản ánh."""
    found = await count_petitions(
        by=by, agency=agency, first=first, last=last, set_code=weighed, work=work, now=now
    )
    return PetitionFiguresShown(
        agency=agency,
        from_day=first,
        to_day=last,
        computed_at=now,
        formula_version=FORMULA_VERSION,
        set=IndexSetShown(
            code=found.weighed.code,
            valid_from=found.weighed.valid_from,
            source=found.weighed.source,
            check=found.weighed.check,
        ),
        indices=[
            PetitionIndexShown.model_validate(
                {
                    "code": one.code,
                    "numerator": one.numerator,
                    "denominator": one.denominator,
                    "percent": one.percent,
                    "points": one.shown_points,
                    "most_points": one.most,
                }
            )
            for one in found.found
        ],
        petitions={number.value: sum(number in one.numbers for one in found.petitions) for number in Number},
        dossiers={
            name: getattr(found.dossiers, name) for name in ("ended", "overdue", "petitioned", "disliked")
        },
    )


@router.get("/petitions/items")
async def list_counted_petitions(
    work: Work,
    by: Caller,
    now: Now,
    first: First,
    last: Last,
    number: Annotated[
        Literal[
            "COUNTED",
            "ON_TIME",
            "LATE",
            "DISSATISFIED",
            "RAISED_AGAIN",
            "IN_TIME",
            "DOSSIERS_OVERDUE",
            "DOSSIERS_PETITIONED",
        ],
        Query(description="Con số được mở ra; đánh giá không hài lòng không dẫn đến hồ sơ nào"),
    ],
    agency: Agency = None,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[CountedItem]:
    """Những phản ánh, kiến nghị hoặc hồ sơ đứng sau một con số."""
    after = _place(decode_cursor(cursor, str))
    if number.startswith("DOSSIERS_"):
        check_sight(by, agency)
        check_period(first, last)
        rows = await work.ended_dossiers.spoilt(
            agency=agency,
            first=first,
            last=last,
            overdue=number == "DOSSIERS_OVERDUE",
            after=after,
            limit=limit + 1,
        )
        items = [_dossier(row, number) for row in rows]
        return _page(items, [row["dossier_id"] for row in rows], limit)
    counted = await counted_petitions(by=by, agency=agency, first=first, last=last, work=work, now=now)
    chosen = sorted(
        (one for one in counted if Number(number) in one.numbers), key=lambda one: one.petition_id
    )
    rest = [one for one in chosen if after is None or one.petition_id > after][: limit + 1]
    items = [
        CountedItem(
            petition_id=one.petition_id,
            reference=one.reference,
            dossier_code=one.dossier_code or None,
            agencies=list(one.agencies),
            began_at=one.began_at,
            ended_at=one.ended_at,
            numbers=sorted(one.numbers),
        )
        for one in rest
    ]
    return _page(items, [one.petition_id for one in rest], limit)


def _dossier(row: dict[str, Any], number: str) -> CountedItem:
    return CountedItem(
        dossier_id=row["dossier_id"],
        dossier_code=row["code"] or None,
        agencies=[row["agency_code"]],
        ended_on=row["ended_on"],
        numbers=[number],
    )


def _page(items: list[CountedItem], ids: list[UUID], limit: int) -> Page[CountedItem]:
    following = encode_cursor(str(ids[limit - 1])) if len(ids) > limit else None
    return Page[CountedItem](items=items[:limit], next_cursor=following)


def _place(parts: tuple[Any, ...] | list[Any] | None) -> UUID | None:
    try:
        return UUID(parts[0]) if parts else None
    except ValueError as error:
        raise Invalid(fields=[("cursor", "Con trỏ không hợp lệ")]) from error

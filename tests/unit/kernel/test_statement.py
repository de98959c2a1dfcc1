"""Statements: names become numbers once, and many writes become one."""

import pytest

from kernel.postgres.statement import Statement, merge

TAIL = Statement("done AS (SELECT 1) SELECT n FROM checked", rows=None)


def test_names_become_numbers_and_a_repeated_name_one_number():
    statement = Statement("SELECT :b::uuid, :a, :b FROM t WHERE x::text = :a")
    assert statement.sql == "SELECT $1::uuid, $2, $1 FROM t WHERE x::text = $2"
    assert statement.values({"a": 1, "b": 2}) == [2, 1]


@pytest.mark.parametrize("given", [{}, {"a": 1}, {"a": 1, "b": 2, "c": 3}])
def test_parameters_that_do_not_fit_are_a_defect(given):
    with pytest.raises((TypeError, KeyError)):
        Statement("SELECT :a, :b").values(given)


def test_merged_writes_are_numbered_on_and_checked():
    first = Statement("UPDATE t SET x = :x WHERE id = :id")
    second = Statement("INSERT INTO u VALUES (:id)", rows=None)
    sql = merge((first, second), TAIL)
    assert "w0 AS (UPDATE t SET x = $1 WHERE id = $2 RETURNING 1)" in sql
    assert "w1 AS (INSERT INTO u VALUES ($3) RETURNING 1)" in sql
    assert "kernel_expect_rows((SELECT count(*) FROM w0), 1)" in sql
    assert "kernel_expect_rows((SELECT count(*) FROM w1), NULL)" in sql


def test_a_write_that_already_returns_is_left_as_it_is():
    sql = merge((Statement("DELETE FROM t RETURNING id"),), TAIL)
    assert sql.count("RETURNING") == 1

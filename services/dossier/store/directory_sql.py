"""SQL over entries of the staff directory: one changed by hand into anything ends no statement over all."""


def each(of: str) -> str:
    """Return a call that gives the elements of a JSON list; of what is no list, none."""
    return f"json_array_elements({_a_list(of)})"


def texts(of: str) -> str:
    """Return a call that gives the texts of a JSON list; of what is no list, none."""
    return f"json_array_elements_text({_a_list(of)})"


def during(item: str) -> str:
    """Return whether `:today` lies in a leave's or delegation's days; never in days that are none."""
    first, last = f"{item} ->> 'valid_from'", f"{item} ->> 'valid_to'"
    return (
        f"CASE WHEN pg_input_is_valid({first}, 'date') AND pg_input_is_valid({last}, 'date')"
        f" THEN :today::date BETWEEN ({first})::date AND ({last})::date ELSE false END"
    )


def _a_list(of: str) -> str:
    return f"CASE WHEN json_typeof({of}) = 'array' THEN {of} END"

"""Words for what is wrong with a file or a line, and for what becomes of it."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.cases import wording as cases
from app.intake.models import RowResult, RunState
from app.intake.sheet import SheetProblem

PROBLEMS = {
    # the file as a whole
    "empty": _l("The file is empty. Choose another one."),
    "too_large": _l("The file is larger than 40 MB. Divide it."),
    "zipped": _l("This is a ZIP or Excel file. Save it as CSV and send that."),
    "old_excel": _l("This is an Excel file. Save it as CSV and send that."),
    "pdf": _l("This is a PDF. Send the CSV file of the approval system."),
    "nul": _l("A sign here is no text. Save the file as CSV in UTF-8."),
    "encoding": _l("The text is neither UTF-8 nor GB18030. Save the file in UTF-8."),
    "column_missing": _l("This column is missing in the first line."),
    "column_twice": _l("This column is there twice."),
    "quote_open": _l("A quotation mark opens here and does not close."),
    "cell_too_long": _l("A cell is too long. Perhaps a quotation mark is missing."),
    "too_many_rows": _l("The file has more than 100,000 lines. Divide it."),
    "no_rows": _l("The file has no line below the header."),
    # one line
    "cells": _l("The number of cells does not fit the header."),
    "cell_empty": _l("The cell is empty."),
    "number_unfit": _l("The number has 4 to 60 letters, digits or dashes."),
    "number_twice": _l("The same number and version is in an earlier line with other contents."),
    "version_unfit": _l("The version is a whole number from 1."),
    "name_unfit": _l("The name has 1 to 200 signs."),
    "name_mixed": _l("The name mixes scripts, so the file is perhaps not GB18030. Save it in UTF-8."),
    "passport_unfit": _l("The passport number has 5 to 20 letters and digits."),
    "country_unknown": _l("This is no country code. Write two or three letters, as in the passport."),
    "state_unknown": _l("This is no state of a permit."),
    "visit_type_unknown": _l("This type of visit is not known."),
    "day_unfit": _l("This is no day. Write it like 2026-11-24."),
    "day_ahead": _l("This day has not come yet."),
    "day_before_receipt": _l("This day is before the day of receipt."),
    "station_unknown": _l("This service point is not known, or does not hand these permits over."),
    "station_retired": _l("This service point is closed for good. Name another one."),
    "email_unfit": _l("The e-mail address cannot be used. It is left out."),
    "phone_unreached": _l("No text message arrives at this number, and no e-mail address is known: call."),
    "phone_unfit": _l("The phone number cannot be dialled. It is left out."),
}

PERMITS = cases.PERMITS

RESULTS = {
    RowResult.NEW: _l("New case"),
    RowResult.UPDATED: _l("Newer version"),
    RowResult.SAME: _l("Known already"),
    RowResult.OLDER: _l("Older than what is known"),
    RowResult.CONFLICT: _l("Same version, other contents"),
    RowResult.CLOSED: _l("Case is closed"),
    RowResult.WRONG: _l("Cannot be read"),
}

STATES = {
    RunState.READING: _l("Being read"),
    RunState.CHECKED: _l("Waits for your decision"),
    RunState.APPLYING: _l("Being taken in"),
    RunState.DONE: _l("Taken in"),
    RunState.DISCARDED: _l("Discarded"),
}


def problem_text(code: str) -> str:
    return str(PROBLEMS[code])


def problem_words(problem: SheetProblem) -> str:
    """Return what is wrong and where, in one line."""
    where = [_("line %(number)s", number=problem.line)] if problem.line else []
    where += [problem.column] if problem.column else []
    return f"{', '.join(where)}: {problem_text(problem.code)}" if where else problem_text(problem.code)

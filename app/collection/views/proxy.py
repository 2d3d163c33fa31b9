"""Send somebody else: name them, print the sheet, give them the code, take it back."""

from flask import redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.cases.models import Case, VisitItem, VisitItemKind
from app.cases.readiness import Readiness, readiness
from app.codes import spaced
from app.collection import proxies
from app.collection.bilingual import in_both
from app.collection.forms import ProxyForm
from app.collection.models import Proxy, Relation
from app.collection.views.blueprint import bp, get_case_or_ask
from app.collection.wording import RELATIONS
from app.db import transact
from app.i18n import LANGUAGE_PREFIX, current_language

CODE = "proxy_code"  # in the session: whose code, and the code, which nobody else keeps


@bp.get(f"{LANGUAGE_PREFIX}/collect/proxy")
def proxy() -> ResponseReturnValue:
    case = get_case_or_ask()
    if readiness(case) is not Readiness.READY:
        return redirect(url_for("appointments.collect"), 303)
    return _page(case, ProxyForm(formdata=None))


@bp.post(f"{LANGUAGE_PREFIX}/collect/proxy")
def name_proxy() -> ResponseReturnValue:
    case, form = get_case_or_ask(), ProxyForm()
    if readiness(case) is not Readiness.READY:
        return redirect(url_for("appointments.collect"), 303)
    if not form.validate():
        return _page(case, form, status=422)
    named = transact(
        proxies.name_proxy, case.id, form.name.data, Relation(form.relation.data), now=clock.now()
    )
    session[CODE] = (named.public_id, named.code)
    return redirect(url_for(".proxy"), 303)


def _page(case: Case, form: ProxyForm, *, status: int = 200) -> ResponseReturnValue:
    named = proxies.find_live(case.id)
    page = render_template(
        "collection/proxy.html",
        case=case,
        form=form,
        named=named,
        code=_code_of(named),
        relations=RELATIONS,
    )
    return page, status


def _code_of(named: Proxy | None) -> str:
    """Return the code as shown, in the browser in which the proxy was named; elsewhere nothing."""
    public_id, code = session.get(CODE, ("", ""))
    return spaced(code) if named and named.public_id == public_id else ""


@bp.post(f"{LANGUAGE_PREFIX}/collect/proxy/revoke")
def revoke_proxy() -> ResponseReturnValue:
    case = get_case_or_ask()
    transact(proxies.revoke, case.id, now=clock.now())
    session.pop(CODE, None)
    return redirect(url_for(".proxy"), 303)


@bp.get(f"{LANGUAGE_PREFIX}/collect/proxy/sheet")
def proxy_sheet() -> ResponseReturnValue:
    """Show the authorisation to print and sign, in the person's language and in Chinese."""
    case = get_case_or_ask()
    named = proxies.find_live(case.id)
    if named is None:
        return redirect(url_for(".proxy"), 303)
    sheets = in_both(
        "collection/_proxy_sheet.html",
        current_language(),
        case=case,
        named=named,
        relations=RELATIONS,
        items=_items(case, VisitItemKind.HANDOVER),
        papers=_items(case, VisitItemKind.PAPER),
    )
    return render_template("collection/proxy_sheet.html", sheets=sheets)


def _items(case: Case, kind: VisitItemKind) -> list[VisitItem]:
    return [item for item in case.visit_type.items if item.kind == kind]

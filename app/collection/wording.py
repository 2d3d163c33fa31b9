"""Words for who collects, and for where a case stands."""

from flask_babel import lazy_gettext as _l

from app.cases.states import Permit
from app.collection.models import Relation
from app.collection.status import StatusHeadline, StepName, StepState

RELATIONS = {
    Relation.EMPLOYER: _l("my employer"),
    Relation.SPOUSE: _l("my husband or wife"),
    Relation.RELATIVE: _l("a relative"),
    Relation.FRIEND: _l("a friend"),
    Relation.OTHER: _l("somebody else"),
}

PERMITS = {Permit.WORK: _l("Work permit"), Permit.RESIDENCE: _l("Residence permit")}

ANSWERS = {
    StatusHeadline.COLLECTED: _l("You collected your permits"),
    StatusHeadline.BOOKED: _l("Your permits are ready and your visit is booked"),
    StatusHeadline.LEFT: _l("One part is still to collect"),
    StatusHeadline.READY: _l("Your permits are ready to collect"),
    StatusHeadline.CALL_US: _l("Call us about your permits"),
    StatusHeadline.PAPERS_NEEDED: _l("More papers are needed for your permits"),
    StatusHeadline.ON_THE_WAY: _l("Your permits are approved"),
    StatusHeadline.WORK_APPROVED: _l("Your work permit is approved. Your residence permit is in review."),
    StatusHeadline.RESIDENCE_APPROVED: _l(
        "Your residence permit is approved. Your work permit is in review."
    ),
    StatusHeadline.IN_REVIEW: _l("Your permits are in review"),
}

_WAIT = _l("You do not need to do anything now. We write when both permits are ready.")
WHAT_NEXT = {
    StatusHeadline.COLLECTED: _l("There is nothing more to do."),
    StatusHeadline.BOOKED: _l("Come to your visit and bring the papers."),
    StatusHeadline.LEFT: _l("Choose a time for what is left."),
    StatusHeadline.READY: _l("Choose a time for one visit."),
    StatusHeadline.CALL_US: _l("Call us, or come to a service point with your passport."),
    StatusHeadline.PAPERS_NEEDED: _l("The bureau told the employer which papers. The employer sends them."),
    StatusHeadline.ON_THE_WAY: _l(
        "We write when they are at a service point. You do not need to do anything."
    ),
    StatusHeadline.WORK_APPROVED: _WAIT,
    StatusHeadline.RESIDENCE_APPROVED: _WAIT,
    StatusHeadline.IN_REVIEW: _WAIT,
}

STEPS = {
    StepName.RECEIVED: _l("Received"),
    StepName.REVIEW: _l("Review"),
    StepName.PAPERS: _l("More papers needed"),
    StepName.APPROVED: _l("Approved"),
    StepName.READY: _l("Both ready at a service point"),
    StepName.VISIT: _l("Book one visit"),
    StepName.COLLECTED: _l("Collect your permits"),
}
STEP_STATES = {StepState.DONE: _l("Done"), StepState.NOW: _l("Now"), StepState.NEXT: _l("Next")}

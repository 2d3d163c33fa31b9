"""What people are told when a rule says no: what happened and what to do, by the refusal's code."""

from flask import current_app
from flask_babel import lazy_gettext as _l

from app.errors import DomainError, TextTooLong

REFUSALS = {
    "not_found": _l("We do not have this page. It may have moved, or the link is not complete."),
    "busy": _l("Many people are booking right now. Nothing was changed. Try again in a moment."),
    "too_many_tries": _l("Too many tries. Wait 15 minutes, or call us."),
    "slot_unavailable": _l("This time is not free any more. Choose another time."),
    "outside_window": _l("This time cannot be booked. Choose one of the times shown."),
    "hold_not_found": _l("We do not keep a time for you any more. Choose a time again."),
    "hold_limit": _l("This time was kept ten times already. Confirm it, or choose another time."),
    "too_many_holds": _l(
        "Many times are kept from your network, and nobody confirmed them yet. "
        "Open the link in our message to confirm yours, choose another day, or call us: %(phone)s."
    ),
    "too_many_letters": _l(
        "We wrote often today, and nobody opened our links. "
        "Open one of them, try again tomorrow, or call us: %(phone)s."
    ),
    "too_many_changes": _l(
        "The contact of this visit was changed often today. Try again tomorrow, or call us: %(phone)s."
    ),
    "already_booked": _l("You have a visit already. You can move it or cancel it."),
    "too_many_visits": _l(
        "This address or phone number has as many visits as one person may have. Cancel or move one of them."
    ),
    "case_needed": _l(
        "This service needs a collection code. Open the link in our message, or type the code."
    ),
    "case_not_ready": _l("The permits are not ready to collect. We will write to you when they are."),
    "papers_elsewhere": _l("The permits are not at this service point. Choose the one in our message."),
    "past_deadline": _l("This time is after the last day to collect. Choose an earlier one."),
    "papers_not_there": _l("The permits cannot be at this service point by then. Choose a later time."),
    "case_not_found": _l("We could not find this code. Check the message we sent, or call us."),
    "service_not_offered": _l(
        "This service point does not offer this service. Choose another service point."
    ),
    "too_late_to_change": _l("It is too late to change this visit here. Call us: we still can."),
    "not_changeable": _l("This visit cannot be changed any more."),
    "contact_needed": _l("Enter an e-mail address or a phone number."),
    "name_needed": _l("Enter the full name, as in the passport."),
    "email_unreadable": _l("This is not an e-mail address. Check it, for example name@example.org."),
    "email_unreachable": _l(
        "We cannot write to an address with such letters before the @. Give another one, or a mobile phone."
    ),
    "phone_not_mobile": _l(
        "No text message arrives at this number. Give a mobile phone number, or an e-mail address as well."
    ),
    "phone_unreadable": _l("This is not a phone number. Start it with + and the country."),
    "party_served_unknown": _l("Choose how people who come together are served, or leave it as it is."),
    "party_too_large": _l("This is more people than one visit can take."),
    "offer_over": _l("We do not keep this time for you any more. Your visit stays as it is."),
    "list_full": _l("Too many people wait here already. Choose another place, or look again tomorrow."),
    "group_gone": _l("We do not have this list any more. Start again."),
    "nobody_to_book": _l("Everybody on this list has a visit already."),
    "group_changed": _l("This group was changed on another page. Load the page again."),
    "key_reused": _l("This request was sent before with other contents. Load the page again."),
    "missing_papers": _l("No paper was received. Tick what was, or write why there is none."),
    "all_or_nothing": _l("This visit hands over everything or nothing. Tick all of it, or nothing."),
    "no_held_desk": _l("No held desk is free now. Ask the person to wait, or book the next free time."),
    "too_many_places": _l("These are too many service points. Choose those that you would really go to."),
    "done_already": _l("A colleague has done this already."),
    "missing_items": _l("Not everything was handed over. Say what is missing and why."),
    "identity_not_seen": _l("First see the passport, and tick that it is this person's."),
    "collected_since": _l("The rest was collected at a later visit. Take that one back first."),
    "proxy_code_wrong": _l("This is not the proxy's code, or the person took it back. Ask them again."),
    "already_collected": _l("The permits are collected already."),
    "token_wrong": _l("This link does not open this visit."),
    "signature_wrong": _l("The signature is missing, wrong or too old. Nothing was changed."),
    "invalid_request": _l("The request could not be read. See the field named below."),
    "sign_in_refused": _l("User name and password do not go together. Check both and try again."),
    "username_taken": _l("This user name is in use. Choose another one."),
    "username_unfit": _l("A user name has 1 to 60 signs: a to z, digits, dot, dash and underline."),
    "password_unfit": _l("A password has 15 to 128 signs. A few words in a row are easy to remember."),
    "password_common": _l(
        "This password is among those that are tried first. Choose one that only you would think of."
    ),
    "status_conflict": _l(
        "Somebody changed this visit, or its state does not allow this. See its state below."
    ),
    "visit_not_today": _l(
        "This visit is for another day. Move it to today first, or ask the person to come then."
    ),
    "nothing_to_undo": _l("There is no change of staff to take back."),
    "other_visit_booked": _l("This person has another visit booked. Cancel that one first."),
    "plan_changed": _l("Somebody changed this plan while you were working. Compare both and save again."),
    "reminders_changed": _l(
        "Somebody changed these reminders while you were working. Compare both and save again."
    ),
    "reminders_unfit": _l("The reminders were not saved. See what is wrong below."),
    "broadcast_unfit": _l("The message was not saved. See what is wrong below."),
    "second_person_needed": _l("You wrote this message. Ask a colleague to approve it."),
    "broadcast_settled": _l("This message was approved or stopped already. Nothing was changed."),
    "text_changed": _l("Somebody changed this text while you were working. Compare both and save again."),
    "text_unfit": _l("The text was not saved. See what is wrong below."),
    "effect_changed": _l(
        "Somebody booked there meanwhile, or took a time below. Nothing was saved. Look again and save."
    ),
    "calendar_changed": _l("Somebody changed this year while you were working. Compare both and save again."),
    "undo_over": _l("This change cannot be undone any more. Messages may be on their way."),
    "position_unclear": _l(
        "We cannot tell where this is. Write coordinates near Haikou, or the full name of one place."
    ),
    "place_unknown": _l("We could not find this place in Haikou. Choose a place or a district."),
    "link_hides_place": _l(
        "This link does not say where it leads. Open it, then copy the name or the coordinates of the place."
    ),
    "place_ambiguous": _l("Several places have this name. Choose the one you mean."),
    "bad_coordinates": _l(
        "These numbers are not a position. Write latitude first, for example 20.04, 110.32."
    ),
    "datum_unknown": _l("We do not know this kind of coordinates. Write wgs84, gcj02 or bd09."),
    "coordinates_swapped": _l(
        "Latitude and longitude look swapped. Write latitude first, for example 20.04, 110.32."
    ),
    "not_your_permit": _l("This permit is decided by the other bureau. You can decide your own."),
    "leg_conflict": _l("Somebody changed this permit meanwhile. See its state below."),
    "reason_needed": _l("Write the reason. It stays in the history."),
    "case_closed": _l("This case is closed: it was collected, or merged into another case."),
    "no_handover": _l("This service point does not hand over these permits. Choose another one."),
    "day_out_of_order": _l("Enter a day from the last change of this permit until today."),
    "sheet_refused": _l("This file cannot be read. See what is wrong with it."),
    "run_conflict": _l("This file was decided already, or has lines that cannot be read."),
    "request_not_signed": _l("The request is not signed as it should be. Check key, time and text."),
    "version_old": _l("A newer version of this case is known. Nothing was changed."),
    "version_conflict": _l("This version of the case was told before with other contents."),
    "same_case": _l("This is the same case. Enter the number of the other one."),
    "no_such_case": _l("We have no case with this number. Check the number."),
    "papers_not_yours": _l("These papers are not yours to move. Ask the staff of the point where they lie."),
    "case_not_yours": _l("This case is not yours to close. Ask an administrator."),
    "case_booked": _l("A visit is booked or being booked for this case. Move or cancel it first."),
    "station_retired": _l("This service point is closed for good. Choose another one on the first page."),
    "point_changed": _l("Somebody changed this service point while you were working. Compare both."),
    "points_not_yours": _l("You may not publish this file: it changes what is not yours to change any more."),
    "visits_booked": _l("Visits are booked at this service point. Move or cancel them first."),
    "point_unfinished": _l("This point is not finished. Fill in what is missing and save it again."),
    "papers_kept": _l("Papers of cases are at this service point. Bring them to another one first."),
    "photo_unfit": _l("We cannot use this picture. Send a photo as JPEG, PNG or WebP, at most 8 MB."),
    "sheet_unfit": _l("We cannot read this file. Send the downloaded CSV file back, at most 1 MB."),
    "message_not_missed": _l(
        "Only a message that has ended is sent again: look at what became of it, then decide."
    ),
    "message_of_no_use": _l("This message cannot be sent again."),
    "text_too_long": _l("A text is too long: at most %(most)s characters fit. Write less and try again."),
    "refused": _l("This is not possible now."),
}


def sentence(error: DomainError) -> str:
    """Return the words for a refusal in the current language."""
    words = str(REFUSALS.get(error.code, REFUSALS["refused"]))
    if "%(" not in words:
        return words
    most = error.most if isinstance(error, TextTooLong) else 0
    return words % {"most": most, "phone": current_app.extensions["settings"].help_phone}

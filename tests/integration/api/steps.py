"""One visit through the interface, a request a function; several test files use them."""

NINE = "2026-11-24T09:00:00+08:00"
TEN = "2026-11-24T10:00:00+08:00"
PERSON = {"name": "Maria Example", "email": "maria@example.org"}


def make_hold(client, starts_at=TEN, station="jiangdong", service="document-check", **more):
    body = {"station": station, "service": service, "starts_at": starts_at, "party_size": 1, **more}
    return client.post("/api/v1/holds", json=body)


def book(client, hold_id, key="key-1", **more):
    body = {"hold_id": hold_id, **PERSON, **more}
    return client.post("/api/v1/appointments", json=body, headers={"Idempotency-Key": key})


def booked(client, starts_at=TEN, key="key-1", **more):
    answer = book(client, make_hold(client, starts_at, **more).json["hold_id"], key)
    assert answer.status_code == 201, answer.text
    return answer.json


def bearer(visit):
    return {"Authorization": f"Bearer {visit['manage_token']}"}


def assert_problem(answer, status, code):
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.json["detail"]

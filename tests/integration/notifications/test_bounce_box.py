"""The bounce box over IMAP: every unseen mail is read once, and an unread one comes again."""

import socketserver
import threading
from collections.abc import Iterator

import pytest

from app.notifications.channels.imap import BoxClosed, unseen_mails
from app.notifications.delivery import outbox
from app.notifications.letter import Letter
from tests.unit.notifications.test_bounces import WHOLE, mail


class Box(socketserver.StreamRequestHandler):
    """Speaks as much IMAP as our side of it (RFC 3501), over a server's `mails` and `seen`."""

    def handle(self) -> None:
        self.say("* OK ready")
        for line in iter(self.rfile.readline, b""):
            tag, command, *rest = line.decode().rstrip("\r\n").split(" ")
            words = [word.upper() for word in (command, *rest[:1])]
            if words[0] == "UID":
                self.uid(tag, words[1], rest[1:])
                continue
            if words[0] == "CAPABILITY":
                self.say("* CAPABILITY IMAP4rev1")
            self.say(f"{tag} {self.answer(words[0], rest)}")
            if words[0] == "LOGOUT":
                return

    def answer(self, command: str, rest: list[str]) -> str:
        if command == "LOGIN" and " ".join(rest) != 'bounces "secret"':
            return "NO wrong"
        if command == "SELECT":
            self.server.selected = rest[0]
        return "OK done"

    def uid(self, tag: str, command: str, rest: list[str]) -> None:
        box = self.server
        if command == "SEARCH":
            unseen = [str(number) for number in box.mails if number not in box.seen]
            self.say(f"* SEARCH {' '.join(unseen)}".rstrip())
        elif command == "FETCH":
            content = box.mails[int(rest[0])]
            self.say(f"* 1 FETCH (UID {rest[0]} BODY[] {{{len(content)}}}")
            self.wfile.write(content + b")\r\n")
        elif command == "STORE":
            box.seen.add(int(rest[0]))
        self.say(f"{tag} OK done")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def box() -> Iterator[socketserver.ThreadingTCPServer]:
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Box)
    server.daemon_threads = True
    server.mails, server.seen, server.selected = {1: b"one\r\n", 2: b"two\r\n"}, set(), ""
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def url_of(box, folder="", password="secret") -> str:
    return f"imap://bounces:{password}@127.0.0.1:{box.server_address[1]}/{folder}"


def test_every_unseen_mail_is_given_once(box) -> None:
    assert list(unseen_mails(url_of(box), timeout=5)) == [b"one\r\n", b"two\r\n"]
    assert list(unseen_mails(url_of(box), timeout=5)) == []
    box.mails[3] = b"three\r\n"
    assert list(unseen_mails(url_of(box, "Bounces"), timeout=5)) == [b"three\r\n"]
    assert box.selected == "Bounces"


def test_a_mail_that_was_not_dealt_with_is_given_again(box) -> None:
    mails = unseen_mails(url_of(box), timeout=5)
    assert next(mails) == b"one\r\n"
    mails.close()
    assert box.seen == set()
    assert next(unseen_mails(url_of(box), timeout=5)) == b"one\r\n"


@pytest.mark.parametrize("password", ["wrong", "wr%22ong"])
def test_a_wrong_password_is_told_without_it(box, password) -> None:
    with pytest.raises(BoxClosed) as refusal:
        list(unseen_mails(url_of(box, password=password), timeout=5))
    assert "ong" not in str(refusal.value)


@pytest.mark.parametrize("url", ["", "http://example.org", "imaps://"])
def test_another_address_is_refused(url) -> None:
    with pytest.raises(BoxClosed, match="BOUNCES_URL"):
        list(unseen_mails(url, timeout=5))


def test_a_box_that_does_not_answer_is_told() -> None:
    with pytest.raises(BoxClosed):
        list(unseen_mails("imap://a:b@127.0.0.1:1/", timeout=1))


def test_the_command_reads_the_box_of_the_settings(app, runner, box, put, row, make_relay) -> None:
    put("a")
    make_relay(compose=lambda _message, _now: Letter("maria@example.org", "", "x")).deliver_due()
    key = outbox.key_of(row("a"))
    box.mails = {
        1: mail(returned=WHOLE.replace("7-59c40e355f81b102", key)),
        2: b"Subject: on holiday\r\n\r\n",
    }
    told = {"bounces_url": url_of(box)}
    settings = app.extensions["settings"]
    app.extensions["settings"] = settings.model_copy(update=told)
    result = runner.invoke(args=["messages", "bounces", "--imap"])
    app.extensions["settings"] = settings
    assert (result.exit_code, result.output) == (0, "2 read, 1 about messages of ours\n")
    assert row("a").status == "bounced"
    assert box.seen == {1, 2}


def test_the_command_says_what_it_needs(runner) -> None:
    assert runner.invoke(args=["messages", "bounces"]).exit_code == 2
    unset = runner.invoke(args=["messages", "bounces", "--imap"])
    assert (unset.exit_code, "BOUNCES_URL" in unset.output) == (1, True)

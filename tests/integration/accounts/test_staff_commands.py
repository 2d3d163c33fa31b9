import pytest

from app.accounts import passwords, queries
from app.staff.queries import list_stations_of


def create(runner, *more, password="a long password"):
    args = ["staff", "create", "boris", "--name", "Boris B", "--password-stdin", *more]
    return runner.invoke(args=args, input=f"{password}\n")


def test_an_account_is_created_with_its_stations(network, runner):
    result = create(runner, "--role", "manager", "--station", "central-window", "--station", "jiangdong")

    user = queries.get_user("boris")
    assert result.exit_code == 0
    assert (user.name, user.role, user.active) == ("Boris B", "manager", True)
    assert passwords.matches("a long password", user.password_hash)
    assert [s.slug for s in list_stations_of(user.id)] == ["central-window", "jiangdong"]


@pytest.mark.parametrize(
    ("more", "password", "words"),
    [
        (["--station", "nowhere"], "a long password", "There is no station nowhere."),
        (["--station", "central-window"], "short", "A password has 15 to 128 signs."),
        ([], "a long password", "needs at least one --station"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(network, runner, more, password, words):
    result = create(runner, *more, password=password)

    assert result.exit_code != 0
    assert words in result.output
    assert queries.find_user("boris") is None


def test_a_name_in_use_is_refused(network, runner):
    create(runner, "--role", "administrator")

    again = create(runner, "--role", "administrator")

    assert again.exit_code == 1
    assert "This user name is in use" in again.output


def test_there_is_no_option_for_a_password_in_clear(network, runner):
    result = runner.invoke(args=["staff", "create", "boris", "--password", "a long password"])

    assert result.exit_code == 2


def test_the_list_says_who_works_where(network, runner):
    create(runner, "--station", "jiangdong")

    assert "boris\tclerk\tactive\tjiangdong\tBoris B" in runner.invoke(args=["staff", "list"]).output


def test_a_disabled_account_is_listed_as_such(network, runner):
    create(runner, "--station", "jiangdong")

    assert runner.invoke(args=["staff", "disable", "boris"]).exit_code == 0
    assert "boris\tclerk\tdisabled" in runner.invoke(args=["staff", "list"]).output


def test_unknown_accounts_are_an_error(network, runner):
    assert runner.invoke(args=["staff", "disable", "nobody"]).exit_code == 1
    assert runner.invoke(args=["staff", "password", "nobody", "--password-stdin"]).exit_code == 1


def test_a_new_password_replaces_the_old_one(network, runner):
    create(runner, "--role", "administrator")

    result = runner.invoke(
        args=["staff", "password", "boris", "--password-stdin"], input="quite another one\n"
    )

    assert result.exit_code == 0
    assert passwords.matches("quite another one", queries.get_user("boris").password_hash)

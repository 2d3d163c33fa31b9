"""The browser rig can fail: each fault that it watches for is made once."""

import pytest

from tests.browser.conftest import Watcher


@pytest.fixture
def watched(browser):
    watcher = Watcher("http://127.0.0.1:9")
    context = browser.new_context()
    watcher.watch(context)
    page = context.new_page()
    context.route("**/*", lambda route: route.fulfill(body="", status=404))
    yield page, watcher
    context.close()


def test_a_script_error_is_a_fault(watched):
    page, watcher = watched
    page.set_content("<script>throw new Error('broken')</script>")
    page.wait_for_timeout(100)
    assert any("broken" in fault for fault in watcher.faults)


def test_a_request_to_another_host_is_a_fault(watched):
    page, watcher = watched
    page.set_content("<img src='http://example.invalid/pixel.png'>")
    page.wait_for_timeout(100)
    assert any("another host" in fault for fault in watcher.faults)


def test_a_missing_file_is_a_fault(watched):
    page, watcher = watched
    page.set_content("<img src='http://127.0.0.1:9/missing.png'>")
    page.wait_for_timeout(100)
    assert watcher.faults == ["404 for http://127.0.0.1:9/missing.png"]


def test_an_inaccessible_page_is_found(watched, axe):
    page, _watcher = watched
    page.set_content("<html lang='en'><title>A</title><main><h1>A</h1><img src='data:,'></main></html>")
    with pytest.raises(AssertionError, match="image-alt"):
        axe(page)

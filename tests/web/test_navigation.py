"""Where the reader is, as the navigation says it."""

from __future__ import annotations

import pytest
from gallery import application

from web.frame import Place, marked

PLACES = [Place("首页", "/"), Place("待办", "/clerk/"), Place("案件", "/clerk/cases")]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", "首页"),
        ("/clerk/", "待办"),
        ("/clerk/cases", "案件"),
        ("/clerk/cases/XK-1", "案件"),
        ("/clerk/casesbook", "待办"),
        ("/elsewhere", ""),
    ],
)
def test_the_nearest_entry_alone_is_marked(path: str, expected: str) -> None:
    with application().test_request_context(path):
        here = [entry["text"] for entry in marked(PLACES) if entry["active"] or entry["current"]]
    assert here == ([expected] if expected else [])


def test_a_page_below_an_entry_is_not_the_entry_itself() -> None:
    with application().test_request_context("/clerk/cases/XK-1"):
        assert not any(entry["current"] for entry in marked(PLACES))


def test_the_layout_names_the_person_the_post_and_the_other_posts() -> None:
    page = application().test_client().get("/gallery/form").text
    assert "李敏" in page
    assert "东湖区城市管理局 · 许可科经办人" in page
    assert 'name="post" value="p2"' in page
    stranger = application().test_client().get("/gallery/form?stranger=1").text
    assert "退出登录" not in stranger
    assert "English" in stranger

"""Blanks that many kinds of messages have."""

from flask_babel import lazy_gettext as _l

from app.localtext import LocalText
from app.notifications.texts.kinds import Blank

PLACE = Blank(
    "place",
    _l("service point"),
    LocalText("Central Window", "综合服务窗口", "Центральное окно"),
    strong=True,
)
ADDRESS = Blank(
    "address",
    _l("its address"),
    LocalText("Citizens and Tourists Centre", "海口市民游客中心", "Центр для жителей и гостей"),
)
SERVICE = Blank(
    "service", _l("service; may be empty"), LocalText("Check of papers", "材料预审", "Проверка документов")
)
PAPERS = Blank("papers", _l("list: papers to bring"), (LocalText("passport", "护照", "паспорт"),))
PHONE = Blank("phone", _l("phone number for help"), "12345")
STOP_LINK = Blank(
    "stop_link", _l("link to stop these messages; may be empty"), "https://haikou.example/w/7Kq2mXw9Td"
)

"""Dimensions of the moment: age band and device."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.participation.models import Device
from webapp.participation.rules import age_band, device_of

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
PHONES = {
    "Android Chrome": f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/124.0.0.0 Mobile Safari/537.36",
    "iPhone Safari": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 "
    "Mobile/15E148 Safari/604.1",
    "WeChat on Android": "Mozilla/5.0 (Linux; Android 12; V2199A Build/SP1A.210812.003; wv) "
    f"{WEBKIT} Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160065 MMWEBSDK/20231202 MMWEBID/9999 "
    "MicroMessenger/8.0.47.2560(0x28002F30) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64",
    "WeChat on iPhone": "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "MicroMessenger/8.0.42(0x18002a2f) NetType/4G Language/zh_CN",
    "HarmonyOS": "Mozilla/5.0 (Linux; Android 10; HarmonyOS; ELS-AN00; HMSCore 6.13.0.302) "
    f"{WEBKIT} Chrome/99.0.4844.88 HuaweiBrowser/14.0.2.311 Mobile Safari/537.36",
    "HarmonyOS NEXT": f"Mozilla/5.0 (Phone; OpenHarmony 5.0) {WEBKIT} Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 Mobile",
    "UC Browser": "Mozilla/5.0 (Linux; U; Android 9; zh-CN; BKL-AL00) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/57.0.2987.108 UCBrowser/12.9.4.1074 Mobile Safari/537.36",
    "Firefox on Android": "Mozilla/5.0 (Android 14; Mobile; rv:125.0) Gecko/125.0 Firefox/125.0",
    "Opera Mini": "Opera/9.80 (J2ME/MIDP; Opera Mini/9.80 (S60; SymbOS; Opera Mobi/23.348; U; en) Presto/2.5.25 Version/10.54",
    "Windows Phone": "Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) "
    f"{WEBKIT} Chrome/52.0.2743.116 Mobile Safari/537.36 Edge/15.14977",
}
TABLETS = {
    "iPad before iPadOS 13": "Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1.2 "
    "Mobile/15E148 Safari/604.1",
    "WeChat on iPad": "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "MicroMessenger/8.0.42(0x18002a2f) NetType/WIFI Language/zh_CN",
    "Android tablet": f"Mozilla/5.0 (Linux; Android 13; SM-X906C) {WEBKIT} Chrome/124.0.0.0 Safari/537.36",
    "HarmonyOS MatePad": "Mozilla/5.0 (Linux; Android 10; HarmonyOS; MRR-W29; HMSCore 6.4.0.312) "
    f"{WEBKIT} Chrome/92.0.4515.105 HuaweiBrowser/12.0.4.301 Safari/537.36",
    "HarmonyOS NEXT tablet": f"Mozilla/5.0 (Tablet; OpenHarmony 5.0) {WEBKIT} Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1",
    "Firefox on a tablet": "Mozilla/5.0 (Android 13; Tablet; rv:125.0) Gecko/125.0 Firefox/125.0",
    "Kindle Fire": f"Mozilla/5.0 (Linux; Android 9; KFMAWI) {WEBKIT} Silk/94.3.7 like Chrome/94.0.4606.81 Safari/537.36",
}
COMPUTERS = {
    "Chrome on Windows": f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/124.0.0.0 Safari/537.36",
    "360 on Windows 7": f"Mozilla/5.0 (Windows NT 6.1; WOW64) {WEBKIT} Chrome/86.0.4240.198 Safari/537.36 QIHU 360EE",
    "old Internet Explorer": "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0; SLCC2; .NET CLR 2.0.50727; Tablet PC 2.0)",
    "WeChat on Windows": f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/107.0.0.0 Safari/537.36 "
    "MicroMessenger/7.0.20.1781(0x6700143B) NetType/WIFI MiniProgramEnv/Windows WindowsWechat/WMPF XWEB/8447",
    "WeChat on a Mac": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Safari/605.1.15 "
    "MicroMessenger/6.8.0(0x16080000) NetType/WIFI MiniProgramEnv/Mac MacWechat/WMPF XWEB/30626",
    "Safari on a Mac": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 "
    "Safari/605.1.15",
    "Kylin": f"Mozilla/5.0 (X11; Linux aarch64) {WEBKIT} Chrome/96.0.4664.110 Safari/537.36",
    "Chromebook": f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/124.0.0.0 Safari/537.36",
    "HarmonyOS PC": f"Mozilla/5.0 (PC; OpenHarmony 5.0) {WEBKIT} Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1",
}
UNKNOWN = {"nothing": "", "a script": "curl/8.5.0", "a library": "python-requests/2.31.0", "made up": "我的浏览器"}
KNOWN = {Device.PHONE: PHONES, Device.TABLET: TABLETS, Device.COMPUTER: COMPUTERS, Device.UNKNOWN: UNKNOWN}


@pytest.mark.parametrize(
    ("device", "agent"),
    [pytest.param(device, agent, id=f"{name} is {device}") for device, of in KNOWN.items() for name, agent in of.items()],
)
def test_the_kind_of_device_is_told_by_the_browser(device, agent):
    assert device_of(agent) is device


@given(st.text(max_size=400))
def test_any_text_is_some_kind_of_device(agent):
    assert device_of(agent) in Device


@given(st.integers(1900, 2100), st.integers(2020, 2100))
def test_every_age_lies_in_exactly_the_band_that_names_it(born, year):
    band, age = age_band(born, year), year - born
    if band == "66+":
        assert age >= 66
    elif band == "-17":
        assert age <= 17
    else:
        low, high = map(int, band.split("-"))
        assert low <= age <= high


def test_the_edges_of_the_bands():
    bands = [age_band(2026 - age, 2026) for age in (17, 18, 25, 26, 35, 36, 45, 46, 55, 56, 65, 66)]
    assert bands == ["-17", "18-25", "18-25", "26-35", "26-35", "36-45", "36-45", "46-55", "46-55", "56-65", "56-65", "66+"]


def test_an_unstated_birth_year_is_no_band():
    assert age_band(None, 2026) is None

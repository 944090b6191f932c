"""Write the list of passwords that everybody tries first.

    python tools/common_passwords.py

Made by rule from words, names, keyboard rows and the endings that people put behind them, in English and in
Chinese as it is typed (pinyin and number play: 520 sounds like "I love you", 1314 like "a whole life").
Passwords shorter than the least length allowed by any setting are left out.
"""

from __future__ import annotations

from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "webapp" / "accounts" / "data" / "common-passwords.txt"
SHORTEST = 8

ENGLISH = """
password passw0rd p@ssword p@ssw0rd pass passwort passcode admin administrator root user guest test tester testing
demo welcome letmein login secret changeme default system manager office company computer internet server database
network qwerty asdfgh zxcvbn qwert asdf qwer azerty abc abcd abcdef monkey dragon shadow master superman batman
football baseball basketball soccer hockey sunshine princess flower summer winter spring autumn monday friday january
august iloveyou loveyou lovely love angel baby honey sweety cookie chocolate banana orange apple cherry pepper ginger
michael jordan jennifer thomas charlie daniel andrew jessica ashley matthew robert william joshua samantha freedom
whatever trustno hello hello world starwars matrix pokemon ninja mustang ferrari mercedes harley liverpool arsenal
chelsea barcelona london paris china beijing shanghai hangzhou google facebook microsoft windows samsung iphone huawei
tencent alibaba wechat localgoals sdg sdgs agenda undesa unhabitat training trainer trainee government county province
""".split()  # noqa: SIM905  a block of words reads better
CHINESE = """
woaini woaiwo wobuaini woaizhongguo woaibaba woaimama woaiwojia woshishui woshini nihao nihaoma mima wodemima zhongguo
beijing shanghai guangzhou shenzhen hangzhou nanjing wuhan chengdu chongqing tianjin xian suzhou zhangwei wangwei
wangfang lina liwei wangjing zhanglei liuyang chenjie yangyang wanglei zhangli lijun wangyan xiaoming xiaohong xiaoli
xiaofang xiaowang xiaozhang xiaolong tiantian baobei baobao laopo laogong mengmeng aini ainio ainiyiwannian yiwannian
yishengyishi wodeai qinaide tianshi kaixin kuaile xingfu pingan jiankang facai gongxifacai wanshiruyi chenggong jiayou
laoshi xuesheng gongzuo danwei zhengfu guanli guanliyuan ceshi shiyan denglu yonghu dianhua shouji diannao wangluo qq
weixin taobao zhifubao tengxun baidu long longge wolf tiger dashi dage xiaodi wangyi
""".split()  # noqa: SIM905  a block of words reads better
LETTERS = """
a q w z x c s aa qq ww zz abc asd zxc qwe qaz wsx aaa qqq www zzz aaaa qqqq asdf qwer zxcv qazwsx wsxedc
xiao wang li zhang liu chen
""".split()  # noqa: SIM905  a block of words reads better
ENDINGS = "1 12 123 1234 12345 123456 12345678 123456789 321 520 521 666 888 1314 5201314 111111 123123 2025 2026 ! 123! @123".split()  # noqa: SIM905
NUMBERS = """
5201314 7758521 1314520 7758258 5845201314 201314 52013145201314 147258369 147852369 789456123 159753 159357 123123123
112233445566 11223344 1122334455 99887766 88886666 66668888 12344321 123454321 1234554321 123321123 98765432 987654321
9876543210 01234567 0123456789 31415926 3141592653 20082008 19491001 10101010 12121212 13141314 13145200 52052052
521521521 147147147 258258258 369369369 741852963 963852741 321654987 456789123 1357924680 2468013579 110110110
119119119 168168168 518518518 888168888 668866886 5201314520 1314521521
""".split()  # noqa: SIM905  a block of words reads better
KEYBOARD = """
qwertyuiop asdfghjkl zxcvbnm qwertyui asdfghjk qazwsxedc qazwsxedcrfv 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 zaq12wsx zaq1xsw2
qwer1234 1234qwer asdf1234 zxcv1234 qwe123qwe 123qweasd qweasdzxc 123qweasdzxc 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y
q1w2e3r4 q1w2e3r4t5 a1s2d3f4 z1x2c3v4 qwaszx12 q1w2e3r4t5y6 poiuytrewq lkjhgfdsa mnbvcxz1 0okm9ijn qwertyasdfgh
asdfqwer qwerasdf qwerasdfzxcv a1b2c3d4 a1b2c3d4e5 abcd1234 1234abcd abc12345 aabbccdd aa123456 a123456a 1a2b3c4d
1a2s3d4f asdasd123 asdfasdf qweqweqwe zxczxczxc asdasdasd wasdwasd !qaz2wsx !qaz@wsx !@#$%^&* !@#$qwer 1qaz@wsx
qazwsx123 qaz123456 wsx123456 123456abc 123456abcd 12345678a 123456789a 1234567890a 123456qq 123456aa 123456as
123abc123 123abc456 abc123abc
""".split()  # noqa: SIM905  a block of words reads better
PLAIN = """
correcthorsebatterystaple iloveyou1314 iloveyou520 letmeinplease changemenow passwordpassword adminadmin rootroot
testtest useruser guestguest administrator1 woaini1314 woaini520 woaini5201314 woaini1314520 woaini521 nihao123
zhongguo123 mima123456 woaiwojia520 5201314woaini 1314woaini 520woaini 123woaini 123456woaini 123456mima
123456password 123password 1password 12345qwert 123456qwerty
""".split()  # noqa: SIM905  a block of words reads better


def passwords() -> list[str]:
    """All of them, folded, in order."""
    found = {*NUMBERS, *KEYBOARD, *PLAIN, *ENGLISH, *CHINESE}
    for word in [*ENGLISH, *CHINESE, *LETTERS]:
        found.update(word + ending for ending in ENDINGS)
    for word in [*CHINESE, *LETTERS]:
        found.update(ending + word for ending in ("123", "123456", "520", "1314", "5201314"))
    return sorted({each.casefold() for each in found if len(each) >= SHORTEST})


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text("\n".join(passwords()) + "\n", encoding="utf-8")
    print(f"{len(passwords())} passwords in {TARGET.name}")

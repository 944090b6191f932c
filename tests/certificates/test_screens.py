"""Anyone with a certificate in hand checks it, without an account."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest
from click.testing import CliRunner

from tests.learning.fixtures import NOON, complete, enrol
from tests.learning.small_course import WATER
from webapp.certificates import services
from webapp.certificates.cli import certificates as commands
from webapp.certificates.models import Certificate
from webapp.core.database import db
from webapp.core.ids import new_code

MISTYPED = {
    "en": "This cannot be a certificate code: it has 14 letters and digits, and one of those typed is wrong or missing.",
    "zh-Hans": "这不是有效的证书编号：编号共14位字母和数字，输入的内容有错漏。请对照证书重新输入。",
}


@pytest.fixture
def certificate(app, cast, water):
    complete(cast.learner, water)
    db.session.commit()
    return db.session.query(Certificate).one()


@pytest.fixture
def revoked(certificate):
    services.revoke(
        code=certificate.code, reason="签发有误 <wrong person>", actor_id=None, now=datetime(2026, 11, 20, 17, 0, tzinfo=UTC),
    )
    db.session.commit()
    return certificate


def wrong(code: str) -> str:
    return code[:-1] + ("0" if code[-1] != "0" else "1")


def test_a_genuine_certificate_is_confirmed_in_both_languages_at_once(client, certificate, at):
    at(datetime(2026, 11, 20, 5, 7, tzinfo=UTC))
    page = client.get(f"/certificates/{certificate.code}")
    assert page.status_code == 200
    for part in (
        "证书有效", "Valid", "王晓兰", "Water", "水", "2026-09-14", certificate.code,
        "Checked on 20 November 2026 13:07", "核验时间：2026年11月20日 13:07",
    ):
        assert part in page.text
    assert 'name="robots" content="noindex"' in page.text
    for private in ("learner@example.org", "长安", "130102"):
        assert private not in page.text


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_rest_of_the_page_is_in_the_readers_language(client, certificate, language):
    page = client.get(f"/certificates/{certificate.code}?lang={language}").text
    assert f'<html lang="{language}">' in page
    assert {"en": "Check it yourself", "zh-Hans": "怎样自己核对"}[language] in page


def test_a_specimen_says_that_it_proves_nothing(client, cast, water):
    cast.learner.demo = True
    complete(cast.learner, water)
    db.session.commit()
    page = client.get(f"/certificates/{db.session.query(Certificate).one().code}").text
    assert "It proves nothing." in page
    assert "没有证明效力" in page
    assert "has not been revoked" not in page


def test_a_revoked_certificate_says_so_with_day_and_reason_and_is_not_printed(client, revoked):
    page = client.get(f"/certificates/{revoked.code}")
    assert page.status_code == 200
    for part in ("Revoked", "已撤销", "revoked on 21 November 2026", "已于2026年11月21日撤销", "签发有误 &lt;wrong person&gt;"):
        assert part in page.text
    assert "has not been revoked" not in page.text
    assert ".pdf" not in page.text
    gone = client.get(f"/certificates/{revoked.code}.pdf?lang=en")
    assert gone.status_code == 410
    assert "This certificate has been revoked and is no longer printed." in gone.text


@pytest.mark.parametrize("typed", [
    lambda code: code.lower(), lambda code: code.replace("-", ""), lambda code: code.replace("-", " "), lambda code: f" {code.lower()} ",
    lambda code: code.replace("0", "O").replace("1", "l").replace("-", "—"),
])
def test_a_code_is_understood_however_it_is_typed(client, certificate, typed):
    response = client.get("/verify", query_string={"code": typed(certificate.code)})
    assert (response.status_code, response.headers["Location"]) == (302, f"/certificates/{certificate.code}")
    by_hand = client.get("/certificates/" + typed(certificate.code).strip() + "?lang=en")
    if typed(certificate.code).strip() != certificate.code:
        assert by_hand.headers["Location"] == f"/certificates/{certificate.code}?lang=en"
        assert client.get(by_hand.headers["Location"]).status_code == 200


@pytest.mark.parametrize("language", MISTYPED)
def test_a_mistyped_code_is_explained_and_kept_for_correction(client, certificate, language):
    typed = wrong(certificate.code)
    response = client.get("/verify", query_string={"code": typed, "lang": language})
    assert response.status_code == 400
    assert MISTYPED[language] in response.text
    assert f'value="{typed}"' in response.text


@pytest.mark.parametrize("typed", ["<script>alert(1)</script>", "a" * 5000, "证书", "'; DROP TABLE certificates; --"])
def test_whatever_else_is_typed_is_explained_too(client, certificate, typed):
    response = client.get("/verify", query_string={"code": typed, "lang": "en"})
    assert response.status_code == 400
    assert MISTYPED["en"] in response.text
    assert "<script>alert" not in response.text
    assert 'value="' + "a" * 61 not in response.text


@pytest.mark.parametrize("typed", ["", "   "])
def test_nothing_typed_asks_for_a_code(client, typed):
    response = client.get("/verify", query_string={"code": typed, "lang": "en"})
    assert response.status_code == 200
    assert MISTYPED["en"] not in response.text
    assert "Please type the code of a certificate." in response.text
    assert "Please type the code of a certificate." not in client.get("/verify?lang=en").text


def test_a_code_that_nobody_has_is_not_found_in_both_languages(client, certificate):
    for code in (new_code(), wrong(certificate.code), "x" * 500):
        response = client.get(f"/certificates/{code}")
        assert response.status_code == 404
        assert "Not found" in response.text
        assert "查无此证" in response.text
        assert [client.get(f"/certificates/{code}.{kind}").status_code for kind in ("pdf", "json")] == [404, 404]


def test_the_printed_page_is_a_pdf_with_the_code_on_it(client, certificate):
    response = client.get(f"/certificates/{certificate.code}.pdf")
    assert (response.status_code, response.mimetype) == (200, "application/pdf")
    assert response.headers["Content-Disposition"] == f'inline; filename="certificate-{certificate.code}.pdf"'
    with pikepdf.open(io.BytesIO(response.data)) as pdf:
        assert len(pdf.pages) == 1
    download = client.get(f"/certificates/{certificate.code.lower()}.pdf?download=1")
    assert download.headers["Content-Disposition"].startswith("attachment;")
    assert download.data == response.data, "the same page, whenever it is printed"


def test_machines_read_the_same_facts(client, certificate, water):
    facts = client.get(f"/certificates/{certificate.code}.json").json
    assert facts == {
        "code": certificate.code, "address": f"http://localhost/certificates/{certificate.code}", "status": "valid", "name": "王晓兰",
        "title": {"en": "Water", "zh-Hans": "水"}, "hours": "1.5", "issued_on": "2026-09-14", "issuer": certificate.printed["issuer"],
        "edition": "2026", "course": WATER, "course_revision": water.revision, "specimen": False, "revoked_at": None, "revoke_reason": None,
    }


def test_machines_read_that_it_was_revoked(client, revoked):
    facts = client.get(f"/certificates/{revoked.code}.json").json
    assert (facts["status"], facts["revoked_at"]) == ("revoked", "2026-11-20T17:00:00+00:00")
    assert facts["revoke_reason"] == "签发有误 <wrong person>"


def test_checking_takes_one_query(client, certificate, max_queries):
    code = certificate.code
    for address in (f"/certificates/{code}", f"/certificates/{code}.pdf", f"/certificates/{code}.json"):
        with max_queries(1):
            assert client.get(address).status_code == 200
    with max_queries(0):
        client.get("/verify?code=nonsense")


# The learner's own claim.

def test_the_certificate_of_a_completed_course_is_shown_to_its_owner_again(login_as, certificate):
    response = login_as("learner").post(f"/courses/{WATER}/certificate")
    assert (response.status_code, response.headers["Location"]) == (303, f"/certificates/{certificate.code}")
    assert db.session.query(Certificate).count() == 1


def test_a_name_is_corrected_and_the_certificate_claimed(login_as, cast, water):
    cast.learner.name = "王𓀀"
    complete(cast.learner, water)
    db.session.commit()
    learner = login_as("learner")
    waiting = learner.get("/me/?lang=en").text
    assert "your name holds a character that cannot be printed" in waiting
    refused = learner.post(f"/courses/{WATER}/certificate?lang=en")
    assert refused.status_code == 409
    assert "these characters of your name cannot be printed: 𓀀." in refused.text

    cast.learner.name = "王晓兰"
    db.session.commit()
    ready = learner.get("/me/?lang=en").text
    assert "Your certificate can be issued now." in ready
    assert "cannot be printed" not in ready
    for _click in range(2):
        issued = learner.post(f"/courses/{WATER}/certificate?lang=en")
        assert issued.status_code == 303
    assert "Your certificate is issued." in learner.get(issued.headers["Location"] + "?lang=en").text
    assert db.session.query(Certificate).one().printed["name"] == "王晓兰"
    assert "Your certificate waits" not in learner.get("/me/?lang=en").text


def test_a_revoked_certificate_is_shown_and_not_called_issued(login_as, revoked):
    learner = login_as("learner")
    response = learner.post(f"/courses/{WATER}/certificate?lang=en")
    assert response.headers["Location"] == f"/certificates/{revoked.code}"
    assert "Your certificate is issued." not in learner.get(response.headers["Location"] + "?lang=en").text


def test_a_claim_without_completion_is_refused(login_as, client, cast, water):
    learner = login_as("learner")
    assert learner.post(f"/courses/{WATER}/certificate").status_code == 409
    enrol(cast.learner, water)
    db.session.commit()
    refused = learner.post(f"/courses/{WATER}/certificate?lang=en")
    assert refused.status_code == 409
    assert "The course is not completed yet" in refused.text
    assert learner.post("/courses/nowhere/certificate").status_code == 404
    assert client.post(f"/courses/{WATER}/certificate").headers["Location"].startswith("/sign-in")
    assert db.session.query(Certificate).count() == 0


# The command of the administrator.

@pytest.fixture
def revoke(app):
    def run(*arguments):
        return CliRunner().invoke(commands, ["revoke", *arguments], obj=lambda: app)

    return run


def test_the_command_revokes_and_the_page_states_the_reason(client, certificate, revoke, at):
    at(NOON + timedelta(days=2))
    result = revoke(certificate.code.lower().replace("-", ""), "--reason", "  Issued to the\n wrong person. ")
    assert (result.exit_code, result.output) == (0, f"{certificate.code} is revoked.\n")
    page = client.get(f"/certificates/{certificate.code}?lang=en").text
    assert "Issued to the wrong person." in page
    assert "revoked on 16 September 2026" in page
    again = revoke(certificate.code, "--reason", "Once more")
    assert again.exit_code == 1
    assert "has been revoked" in again.output


def test_the_command_needs_a_reason_that_says_something(certificate, revoke):
    assert revoke(certificate.code).exit_code == 2
    for reason in ("", " x ", "x" * 301):
        result = revoke(certificate.code, "--reason", reason)
        assert (result.exit_code, "3 to 300 characters" in result.output) == (1, True)
    db.session.refresh(certificate)
    assert certificate.revoked_at is None


def test_the_command_names_a_code_that_nobody_has(certificate, revoke):
    for code in ("nonsense", new_code()):
        result = revoke(code, "--reason", "A mistake")
        assert result.exit_code == 1
        assert re.search(f"No certificate has the code {code}", result.output)

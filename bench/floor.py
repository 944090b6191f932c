"""The floor: a plain Flask page as the manuals of Flask and its extensions show it.

It loads the user of a signed session cookie (Flask-Login) and one row (Flask-SQLAlchemy), and renders 9 KB of Jinja with an
inherited layout, a loop and escaping. No setting is tuned, in either direction.
"""

from __future__ import annotations

import os
from typing import Any

from flask import Flask, render_template
from flask_login import LoginManager, UserMixin, login_required, login_user
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, String, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from werkzeug.wrappers import Response

DATABASE = "BENCH_FLOOR_DATABASE"
PAGE = "/articles/1"
ENTER = "/enter"
SECTIONS = 28


class Base(DeclarativeBase):
    """Base of the two tables."""


db = SQLAlchemy(model_class=Base)
login_manager = LoginManager()


class User(UserMixin, db.Model):  # type: ignore[name-defined,misc]
    """Who is signed in."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254), unique=True)


class Article(db.Model):  # type: ignore[name-defined,misc]
    """What the page shows."""

    __tablename__ = "articles"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(500))
    sections: Mapped[list[dict[str, str]]] = mapped_column(JSON)


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_user(user_id: str) -> User | None:
    """The user of the cookie. One query."""
    return db.session.get(User, int(user_id))


def create_app() -> Flask:
    """The floor, by the address of the database in the environment."""
    app = Flask(__name__)
    app.config["SECRET_KEY"] = "the floor keeps no secrets, but signs its cookie"
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ[DATABASE]
    db.init_app(app)
    login_manager.init_app(app)

    @app.post(ENTER)
    def enter() -> Response:
        login_user(db.session.get(User, 1))
        return Response(status=204)

    @app.get("/articles/<int:article_id>")
    @login_required  # type: ignore[untyped-decorator]
    def article(article_id: int) -> str:
        row = db.session.scalars(select(Article).where(Article.id == article_id)).one()
        return render_template("floor/article.html", article=row)

    return app


def fill() -> None:
    """Make the tables, the user and the row. Needs an application context."""
    db.create_all()
    db.session.add(User(id=1, name="Jiāníng Shěn", email="learner@bench.example"))
    db.session.add(Article(id=1, title="What <localizing> means", summary="Goals become plans where people live.", sections=_sections()))
    db.session.commit()


def _sections() -> list[dict[str, Any]]:
    text = (
        "A county that sets its own targets asks three questions: who is left behind, which duty is ours & which is not, "
        "and what will be counted at the end of the year?"
    )
    return [{"id": f"s{number}", "heading": f"Section {number}", "text": text} for number in range(1, SECTIONS + 1)]

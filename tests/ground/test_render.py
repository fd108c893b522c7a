"""Static files under names that hold their checksum, and views that get what they are given."""

import gzip
import hashlib
from pathlib import Path

import pytest

from pocketid import text
from pocketid.render import Assets, Views


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "app.css").write_text("body { color: red }\n" * 50)
    (tmp_path / "static" / "notes.txt").write_text("not served")
    return tmp_path


def test_a_file_s_name_is_its_checksum_so_that_it_may_be_kept_for_ever(folder: Path) -> None:
    content = (folder / "static" / "app.css").read_bytes()
    before = Assets(folder / "static").url("app.css")
    assert before == f"/static/app.{hashlib.sha256(content).hexdigest()[:8]}.css"
    (folder / "static" / "app.css").write_text("body { color: blue }")
    assert Assets(folder / "static").url("app.css") != before


def test_s_ht_07_files_are_read_and_compressed_once_at_start(folder: Path) -> None:
    content = (folder / "static" / "app.css").read_bytes()
    assets = Assets(folder / "static")
    served = assets.url("app.css").removeprefix("/static/")
    (folder / "static" / "app.css").unlink()
    asset = assets.serve(served)
    assert asset is not None
    assert asset is assets.serve(served)
    assert (asset.content, asset.media_type) == (content, "text/css; charset=utf-8")
    assert gzip.decompress(asset.compressed) == content
    assert len(asset.compressed) < len(content)


@pytest.mark.parametrize("name", ["app.css", "notes.txt", "../setup.cfg", "", "app.00000000.css"])
def test_s_ht_07_nothing_outside_the_list_is_served(folder: Path, name: str) -> None:
    assert Assets(folder / "static").serve(name) is None


def test_a_view_gets_what_it_is_given_escaped_and_misses_what_it_is_not(folder: Path) -> None:
    (folder / "hello.tpl").write_text("% # Needs: name\nHello {{name}}\n")
    views = Views(folder, Assets(folder / "static"))
    assert views.names() == ["hello"]
    assert views.render("hello", {"name": "<b>'\""}) == "Hello &lt;b&gt;&#039;&quot;\n"
    with pytest.raises(NameError):
        views.render("hello", {})
    with pytest.raises(KeyError):
        views.render("other", {})


def test_a_sentence_is_said_in_the_language_of_each_reader_and_escaped(folder: Path) -> None:
    (folder / "page.tpl").write_text('{{_("Sign out")}} {{_("Don\'t & <won\'t>")}} {{!_("<b>")}}')
    (folder / "mail.txt.tpl").write_text("{{_(\"Don't & <won't>\")}}")
    views = Views(folder, Assets(folder / "static"))
    escaped = "Don&#039;t &amp; &lt;won&#039;t&gt; <b>"
    for language, word in (("de", "Abmelden"), ("en", "Sign out"), ("de", "Abmelden")):
        with text.speaking(language):
            assert views.render("page", {}) == f"{word} {escaped}"
            assert views.render("mail.txt", {}) == "Don't & <won't>"


def test_a_view_includes_others_that_know_what_it_knows(folder: Path) -> None:
    (folder / "page.tpl").write_text(
        '% rebase("layout.tpl", title="T")\n{{name}}\\\\\n% include("part.tpl", own=1)\n'
    )
    (folder / "part.tpl").write_text("[{{name}} {{own}} {{get('other')}} {{None}}]")
    (folder / "layout.tpl").write_text("<{{title}} {{name}} {{!base}}>")
    views = Views(folder, Assets(folder / "static"))
    assert [views.render("page", {"name": name}) for name in ("a", "b")] == [
        "<T a a[a 1  ]>",
        "<T b b[b 1  ]>",
    ]

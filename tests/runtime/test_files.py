"""Every file that an app is made of: watched, and read anew when it changes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from lazyflow.runtime.contract import Ask
from tests.runtime.app_folder import AppFolder, answer
from tests.runtime.test_watch import until, watched

CALL = "version: 1\nnodes:\n  bot: { type: python, call: ./bot.py:f }\n  web: { type: web, target: bot }\n"
FILES: Mapping[str, str] = {
    "bot.py": "import near\ndef f(m): return near.say(m)",
    "near.py": "from far import WORD\nfrom package import part\ndef say(m): return WORD + part.END",
    "far.py": "WORD = 'a'",
    "package/__init__.py": "",
    "package/part.py": "END = 'b'",
}


def write(folder: AppFolder, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder.path.parent / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("bot.py", "import near\ndef f(m): return near.say(m) + '!'", "ab!"),
        ("near.py", "def say(m): return m", "hi"),
        ("far.py", "WORD = 'c'", "cb"),
        ("package/part.py", "END = 'c'", "ac"),
        ("package/__init__.py", "from types import SimpleNamespace\npart = SimpleNamespace(END='d')", "ad"),
    ],
)
async def test_what_a_callable_imports_from_the_app_is_read_anew(
    folder: AppFolder, file: str, text: str, said: str
) -> None:
    write(folder, FILES)
    folder.save(CALL)
    async with watched(folder) as live:
        assert await folder.ask(entry="bot") == "ab"
        write(folder, {file: text})
        await until(live, lambda: live.generation == 2)
        assert await folder.ask(entry="bot") == said


async def test_a_running_turn_keeps_the_modules_that_it_began_with(folder: AppFolder) -> None:
    bot = "import asyncio, near\nasync def f(m):\n    await asyncio.sleep(float(m))\n    import late\n"
    write(
        folder, {"bot.py": f"{bot}    return late.WORD + near.WORD", "near.py": "WORD = 'b'", "late.py": "WORD = 'a'"}
    )
    folder.save(CALL)
    live = await folder.ready()
    with live.lease() as app:
        turn = asyncio.create_task(answer(app, Ask(message="0.3", entry="bot")))
        await asyncio.sleep(0.05)
        write(folder, {"near.py": "WORD = 'd'", "late.py": "WORD = 'c'"})
        assert (await live.reload()).changed
        assert await folder.ask("0", "bot") == "cd"
        write(folder, {"late.py": "WORD = 'e'"})
        assert (await live.reload()).changed
        assert await folder.ask("0", "bot") == "ed"
        assert not turn.done()
        assert await turn == "ab"
        assert live.app is not app


async def test_an_import_that_fails_leaves_the_old_graph_and_the_file_that_mends_it_counts(folder: AppFolder) -> None:
    write(folder, FILES)
    folder.save(CALL)
    async with watched(folder) as live:
        write(folder, {"near.py": "import not_there_yet as it\nsay = it.say"})
        await until(live, lambda: live.trouble.failures != ())
        assert "No module named 'not_there_yet'" in live.trouble.failures[0]
        assert await folder.ask(entry="bot") == "ab"
        write(folder, {"not_there_yet.py": "def say(m): return 'mended'"})
        await until(live, lambda: live.generation == 2)
        assert live.trouble.failures == ()
        assert await folder.ask(entry="bot") == "mended"


async def test_only_the_nodes_that_import_a_file_are_made_anew(folder: AppFolder) -> None:
    write(folder, {**FILES, "alone.py": "def f(m): return m"})
    folder.save(CALL.replace("  web:", "  alone: { type: python, call: ./alone.py:f }\n  web:"))
    live = await folder.ready()
    write(folder, {"far.py": "WORD = 'c'"})
    done = await live.reload()
    assert (done.kept, done.updated) == (("alone",), ("bot",))


async def test_a_saved_env_file_counts(folder: AppFolder) -> None:
    write(folder, {".env": "TITLE=First\n"})
    folder.save(folder.path.read_text().replace("target: chat", 'target: chat, title: "${TITLE}"'))
    async with watched(folder) as live:
        write(folder, {".env": "TITLE=Second\n"})
        await until(live, lambda: live.app.spec.webs["web"].title == "Second")
        assert folder.loaded == ["one"]


async def test_a_saved_overlay_counts(folder: AppFolder) -> None:
    over = folder.path.with_name("over.yaml")
    folder.over = (over,)
    over.write_text("nodes: { web: { title: First } }\n")
    async with watched(folder) as live:
        over.write_text("nodes: { web: { title: Second } }\n")
        await until(live, lambda: live.app.spec.webs["web"].title == "Second")
        over.write_text("nodes: { web: { title: ")
        await until(live, lambda: live.trouble.problems != ())
        assert live.trouble.problems[0].file == str(over)


async def test_a_saved_chat_template_counts(folder: AppFolder) -> None:
    template = folder.path.with_name("chat.jinja")
    template.write_text("{{ messages }}")
    folder.save(folder.path.read_text().replace("model: one", "model: one, chat_template: chat.jinja"))
    async with watched(folder) as live:
        template.write_text("{{ messages[0] }}")
        await until(live, lambda: live.generation == 2)
        await folder.ask()
        assert folder.model.requests[0].chat_template == "{{ messages[0] }}"
        assert folder.loaded == ["one"]
        template.write_text("{{ broken")
        await until(live, lambda: live.trouble.problems != ())
        template.unlink()
        await asyncio.sleep(0.1)
        template.write_text("{{ messages[1] }}")
        await until(live, lambda: live.generation == 3)


async def test_files_that_the_app_does_not_name_do_not_matter(folder: AppFolder) -> None:
    write(folder, {**FILES, "stranger.py": ""})
    folder.save(CALL)
    live = await folder.ready()
    assert {path.name for path in live.seen} == {"app.yaml", ".env", *(Path(name).name for name in FILES)}

from __future__ import annotations

import pytest
from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]  # exported lazily
from hypothesis import given
from hypothesis import strategies as st

from lazyflow.errors import ModelNotFound
from lazyflow.models.names import BareName, HubName, ModelName, PathName, parse, revision_is_safe


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("/abs/x.gguf", PathName("/abs/x.gguf")),
        ("./x.gguf", PathName("./x.gguf")),
        ("../models", PathName("../models")),
        ("~/x.gguf", PathName("~/x.gguf")),
        (".", PathName(".")),
        ("owner/repo", HubName("owner/repo")),
        ("owner/repo:Q4_K_M", HubName("owner/repo", quant="Q4_K_M")),
        ("owner/repo:UD-Q4_K_XL", HubName("owner/repo", quant="UD-Q4_K_XL")),
        ("owner/repo/file.gguf", HubName("owner/repo", "file.gguf")),
        ("owner/repo/sub/file.GGUF", HubName("owner/repo", "sub/file.GGUF")),
        ("internlm2-chat-7b", BareName("internlm2-chat-7b")),
        ("qwen2.5-0.5b-instruct:Q8_0", BareName("qwen2.5-0.5b-instruct", "Q8_0")),
    ],
)
def test_each_form_of_the_contract_is_told_apart(text: str, name: ModelName) -> None:
    assert parse(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "a/..",
        "a/../b.gguf",
        "a/b/../../../etc/passwd.gguf",
        "owner/repo/../x.gguf",
        "owner/repo//x.gguf",
        "owner/repo\\..\\x/y.gguf",
        "owner\\repo",
        ".hidden/repo",
        "owner/repo/",
        "owner/repo/config.json",
        "owner/repo:",
        "owner/repo:Q4/../x",
        "owner/repo/file.gguf:Q4_K_M",
        "https://huggingface.co/owner/repo",
        "owner--x/repo",
        "owner-/repo",
        "owner/repo.git",
        "owner/-repo",
        "x\0y",
        "x\ny",
        "x\ud800",
    ],
)
def test_a_name_that_leads_nowhere_safe_is_refused(text: str) -> None:
    with pytest.raises(ModelNotFound) as caught:
        parse(text)
    assert caught.value.help


@given(st.text() | st.from_regex(r"[\w./:-]+/[\w./:-]+", fullmatch=True))
def test_any_text_is_a_name_or_refused(text: str) -> None:
    try:
        name = parse(text)
    except ModelNotFound:
        return
    if isinstance(name, HubName):
        validate_repo_id(name.repo)
        assert ".." not in name.file.split("/")
        assert str(name) == text


@pytest.mark.parametrize(
    ("revision", "safe"),
    [
        ("main", True),
        ("v1.0", True),
        ("refs/pr/3", True),
        ("a" * 40, True),
        ("../x", False),
        ("a/../b", False),
        ("/etc", False),
        ("", False),
        (".git", False),
        ("a//b", False),
    ],
)
def test_a_revision_cannot_leave_its_folder(revision: str, *, safe: bool) -> None:
    assert revision_is_safe(revision) is safe

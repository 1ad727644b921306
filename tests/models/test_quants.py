from __future__ import annotations

import pytest

from lazyflow.models.quants import choose, is_model, quant_of, quants


@pytest.mark.parametrize(
    ("file", "quant"),
    [
        ("qwen2.5-0.5b-instruct-q4_k_m.gguf", "Q4_K_M"),
        ("SmolLM2-135M-Instruct.Q4_1.gguf", "Q4_1"),
        ("Qwen3-8B-UD-Q4_K_XL.gguf", "UD-Q4_K_XL"),
        ("internlm2-chat-7b_Q3_K_M.gguf", "Q3_K_M"),
        ("big-Q4_K_M-00001-of-00002.gguf", "Q4_K_M"),
        ("Q8_0/big-00001-of-00002.gguf", "Q8_0"),
        ("Phi-3-mini-4k-instruct-fp16.gguf", "FP16"),
        ("x.IQ4_XS.gguf", "IQ4_XS"),
        ("gpt-oss-20b-mxfp4.gguf", "MXFP4"),
        ("gemma-7b.gguf", ""),
        ("qwen2.gguf", ""),
    ],
)
def test_the_quant_is_read_from_the_name(file: str, quant: str) -> None:
    assert quant_of(file) == quant


@pytest.mark.parametrize(
    ("file", "model"),
    [
        ("x.gguf", True),
        ("x.GGUF", True),
        ("mmproj-model-f16.gguf", False),
        ("sub/x-mmproj-f16.gguf", False),
        ("imatrix.gguf", False),
        ("x-imatrix.gguf", False),
        ("x.imatrix.gguf", False),
        ("x.safetensors", False),
        ("README.md", False),
    ],
)
def test_projectors_and_importance_matrices_are_no_models(file: str, *, model: bool) -> None:
    assert is_model(file) is model


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["Q2_K", "Q4_K_M", "Q8_0"], "Q4_K_M"),
        (["Q2_K", "Q4_K_S", "Q5_K_M", "Q8_0"], "Q4_K_S"),
        (["Q2_K", "Q5_K_M", "Q8_0"], "Q5_K_M"),
        (["Q3_K_M", "Q6_K", "F16"], "Q3_K_M"),
        (["Q6_K", "Q8_0", "F16"], "Q6_K"),
        (["F16", "Q8_0", "F32"], "Q8_0"),
        (["F16"], "F16"),
        (["q4_k_m", "Q4_0"], "q4_k_m"),
    ],
)
def test_without_a_quant_the_closest_to_q4_k_m_below_8_bits_is_taken(offered: list[str], chosen: str) -> None:
    shards = choose(f"m-{quant}.gguf" for quant in offered)
    assert shards is not None
    assert shards.files == (f"m-{chosen}.gguf",)


def test_a_quant_is_found_whatever_its_case() -> None:
    files = ["m-Q4_K_M.gguf", "m-q8_0.gguf"]
    for quant in ("Q8_0", "q8_0"):
        shards = choose(files, quant)
        assert shards is not None
        assert shards.first == "m-q8_0.gguf"


def test_a_quant_means_itself_and_not_its_cousins() -> None:
    assert choose(["m-Q4_K_S.gguf", "m-IQ4_XS.gguf", "m-UD-Q4_K_M.gguf.bak"], "Q4_K_M") is None


def test_shards_stay_together_and_an_incomplete_set_is_not_chosen() -> None:
    whole = ["m-Q5_K_M-00001-of-00002.gguf", "m-Q5_K_M-00002-of-00002.gguf"]
    shards = choose([*reversed(whole), "m-Q4_K_M-00001-of-00002.gguf", "mmproj-m-Q4_K_M.gguf"])
    assert shards is not None
    assert list(shards.files) == whole


def test_offered_quants_are_listed_from_few_bits_to_many() -> None:
    assert quants(["m-F16.gguf", "m-Q8_0.gguf", "m-IQ4_XS.gguf", "m-Q2_K.gguf", "x"]) == (
        "Q2_K",
        "IQ4_XS",
        "Q8_0",
        "F16",
    )

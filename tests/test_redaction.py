from __future__ import annotations

from lazyflow.redaction import redaction, secrets_in


def test_a_secret_is_masked_wherever_it_stands() -> None:
    redact = redaction(["sk-abc123", None, ""])
    assert redact("Bearer sk-abc123, again sk-abc123!") == "Bearer ***, again ***!"


def test_a_secret_is_masked_as_it_looks_in_a_url_and_in_json() -> None:
    redact = redaction(['a/b+c"d'])
    assert redact("?key=a%2Fb%2Bc%22d") == "?key=***"
    assert redact('{"key": "a/b+c\\"d"}') == '{"key": "***"}'


def test_of_two_secrets_the_longer_one_is_masked_whole() -> None:
    assert redaction(["abcd", "abcdefgh"])("abcdefgh abcd") == "*** ***"


def test_words_too_short_to_be_secrets_stay() -> None:
    assert redaction(["no"])("no key") == "no key"


def test_a_redaction_does_not_show_its_secrets() -> None:
    assert "sk-abc123" not in repr(redaction(["sk-abc123"]))


def test_options_are_searched_for_secrets_by_their_names() -> None:
    options = {"api_version": "1", "extra_headers": {"Authorization": "Bearer tok-1", "X-App": "a"}, "aws_secret": "s3"}
    assert secrets_in(options) == ["Bearer tok-1", "s3"]
    assert redaction(secrets_in(options))("tok-1") == "***"

"""Every LF code: what it means, and an example of the wrong and the right. Numbers are never used again."""

# ruff: noqa: E501 - a table of sentences and one-line examples
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Files = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of problem. `wrong` and `right` are files by name, `app.yaml` first; `wrong` has this problem alone."""

    code: str
    title: str
    explanation: str
    wrong: Files
    right: Files
    warning: bool = False


MODEL = "chat: { type: local, model: ./m.gguf }"
FUNCTION = {"bot.py": 'def answer(message, tone="kind"):\n    return message\n'}


def app(nodes: str, **files: str) -> Files:
    """An app with these nodes."""
    lines = "".join(f"  {line}\n" for line in nodes.splitlines())
    return {"app.yaml": f"version: 1\nnodes:\n{lines}", **files}


def whole(text: str, **files: str) -> Files:
    """An app that is written out."""
    return {"app.yaml": text, **files}


_TABLE = (
    Code(
        "LF001",
        "not plain UTF-8 text",
        "The file is not UTF-8, or holds a character that YAML forbids.",
        whole("version: 1\nname: a\x07b\nnodes: {}\n"),
        app(MODEL),
    ),
    Code(
        "LF002",
        "not YAML",
        "The text does not follow YAML's syntax. A tab cannot indent; inside { } and [ ] a ${…} needs quotes.",
        app("chat:\n\ttype: local"),
        app(MODEL),
    ),
    Code(
        "LF003",
        "unknown key",
        "This key means nothing here: it is misspelt, stands in the wrong place, or belongs to another type of node.",
        app("chat:\n  type: local\n  modle: ./m.gguf"),
        app(MODEL),
    ),
    Code("LF004", "missing key", "A key that must be there is not.", app("chat: { type: local }"), app(MODEL)),
    Code(
        "LF005",
        "wrong type of value",
        "The value is text where a number is wanted, a list where a map is wanted, or the like. `no`, `on` and `1:30` are text.",
        app("chat:\n  type: local\n  model: ./m.gguf\n  parallel: 'two'"),
        app("chat:\n  type: local\n  model: ./m.gguf\n  parallel: 2"),
    ),
    Code(
        "LF006",
        "value not allowed",
        "The value has the right type, but is none of the known words, out of its bounds, empty, or of a wrong form.",
        app("chat:\n  type: local\n  model: ./m.gguf\n  sampling: { top_p: 2 }"),
        app("chat:\n  type: local\n  model: ./m.gguf\n  sampling: { top_p: 0.9 }"),
    ),
    Code(
        "LF007",
        "version missing or unknown",
        "The first line says which version of the language the file is written in: the number 1.",
        whole(f'version: "1"\nnodes:\n  {MODEL}\n'),
        app(MODEL),
    ),
    Code(
        "LF008",
        "unknown type of node",
        "`type` is one of local, online, prompt, pipeline, parallel, router, python and web.",
        app("chat: { type: locl, model: ./m.gguf }"),
        app(MODEL),
    ),
    Code(
        "LF009",
        "key written twice",
        "A key may stand once in a map; YAML parsers that take the last one hide mistakes.",
        app("chat:\n  type: local\n  model: ./a.gguf\n  model: ./b.gguf"),
        app(MODEL),
    ),
    Code(
        "LF010",
        "document too large",
        "A file has at most 1 MiB, 200,000 values and 64 levels.",
        whole("version: 1\nx-deep: " + "[" * 70 + "]" * 70 + f"\nnodes:\n  {MODEL}\n"),
        app(MODEL),
    ),
    Code(
        "LF011",
        "alias that leads nowhere, round, or to too much",
        "An alias `*name` stands for what `&name` marked above it. It may not stand inside itself, nor add up to more than 100,000 values.",
        app("chat: *nowhere"),
        app("chat: &chat { type: local, model: ./m.gguf }\nother: *chat"),
    ),
    Code(
        "LF012",
        "tag",
        "YAML tags are never loaded. The one that means something is `!reset`, in a file laid over another.",
        app("chat: !!python/name:os.system"),
        app(MODEL),
    ),
    Code(
        "LF013",
        "key that is no text",
        "Keys are text: write numbers and the like in quotes. `<<` takes over a map, or a list of maps.",
        app("1: { type: local, model: ./m.gguf }\nchat: { type: local, model: ./m.gguf }"),
        app(MODEL),
    ),
    Code(
        "LF014",
        "second document",
        "One file is one app.",
        whole(f"version: 1\nnodes:\n  {MODEL}\n---\nversion: 1\n"),
        app(MODEL),
    ),
    Code(
        "LF015",
        "no app in the file",
        "The file is empty, or is not a map with `version` and `nodes`.",
        whole("- version\n- nodes\n"),
        app(MODEL),
    ),
    Code(
        "LF016",
        "not a node's name",
        "A node's name begins with a small letter and has small letters, digits, `_` and `-`.",
        app("Chat: { type: local, model: ./m.gguf }"),
        app(MODEL),
    ),
    Code(
        "LF020",
        "malformed variable",
        "`${` begins a variable: `${NAME}`, `${NAME:-default}`, `${NAME:?message}`, `${NAME:+other}`. `$$` is a dollar sign.",
        app("chat:\n  type: local\n  model: ${MY MODEL}"),
        app("chat:\n  type: local\n  model: ${MY_MODEL:-./m.gguf}"),
    ),
    Code(
        "LF021",
        "variable not set",
        "The variable is neither in the environment nor in `.env`, and has no default. A warning where no page reaches the node.",
        app("chat:\n  type: local\n  model: ${MY_MODEL}"),
        app("chat:\n  type: local\n  model: ${MY_MODEL:-./m.gguf}"),
    ),
    Code(
        "LF022",
        "line of an environment file",
        "A line of `.env` is NAME=value, a comment, or empty.",
        app(MODEL, **{".env": "GREETING hello\n"}),
        app(MODEL, **{".env": "GREETING=hello\n"}),
    ),
    Code(
        "LF023",
        "key of a platform not set",
        "The node cannot answer until the platform's key is in the environment.",
        app("chat: { type: online, source: mistral }"),
        app("chat: { type: online, source: ollama, model: llama3.2 }"),
        warning=True,
    ),
    Code(
        "LF030",
        "no such node",
        "A reference is the bare name of a node of this app.",
        app(f"{MODEL}\nweb: {{ type: web, target: chta }}"),
        app(f"{MODEL}\nweb: {{ type: web, target: chat }}"),
    ),
    Code(
        "LF031",
        "node of a wrong kind",
        "A web node cannot answer, and `model` wants a node of type local or online.",
        app(
            f"{MODEL}\nask: {{ type: prompt, model: ask2, template: '{{{{ input }}}}' }}\nask2: {{ type: pipeline, steps: [chat] }}"
        ),
        app(f"{MODEL}\nask: {{ type: prompt, model: chat, template: '{{{{ input }}}}' }}"),
    ),
    Code(
        "LF032",
        "circle of nodes",
        "A message would go round for ever.",
        app("a: { type: pipeline, steps: [b] }\nb: { type: pipeline, steps: [a] }"),
        app(f"{MODEL}\na: {{ type: pipeline, steps: [b] }}\nb: {{ type: pipeline, steps: [chat] }}"),
    ),
    Code(
        "LF033",
        "circle of fallbacks",
        "Two nodes that stand in for each other both fail when both fail: end the chain.",
        app("a: { type: local, model: ./a.gguf, fallback: b }\nb: { type: local, model: ./b.gguf, fallback: a }"),
        app("a: { type: local, model: ./a.gguf, fallback: b }\nb: { type: local, model: ./b.gguf }"),
    ),
    Code(
        "LF034",
        "history out of reach",
        "`history` and `controls` of a web node name nodes that a message to its target can reach.",
        app(
            f"{MODEL}\nother: {{ type: local, model: ./m.gguf }}\nmain: {{ type: web, target: chat, history: [other] }}\nsecond: {{ type: web, target: other }}"
        ),
        app(f"{MODEL}\nmain: {{ type: web, target: chat, history: [chat] }}"),
    ),
    Code(
        "LF035",
        "node that no page reaches",
        "No web node's messages get to this node. It may be a leftover, or a reference is missing.",
        app(f"{MODEL}\nspare: {{ type: local, model: ./m.gguf }}\nweb: {{ type: web, target: chat }}"),
        app(
            "chat: { type: local, model: ./m.gguf, fallback: spare }\nspare: { type: local, model: ./m.gguf }\nweb: { type: web, target: chat }"
        ),
        warning=True,
    ),
    Code(
        "LF036",
        "clash of ports",
        "Two web nodes cannot have the same port.",
        app(f"{MODEL}\none: {{ type: web, target: chat, port: 8080 }}\ntwo: {{ type: web, target: chat, port: 8080 }}"),
        app(f"{MODEL}\none: {{ type: web, target: chat, port: 8080 }}\ntwo: {{ type: web, target: chat, port: 8081 }}"),
    ),
    Code(
        "LF037",
        "open host without access control",
        "An address that other machines reach needs `auth`.",
        app(f"{MODEL}\nweb: {{ type: web, target: chat, host: 0.0.0.0 }}"),
        app(f'{MODEL}\nweb: {{ type: web, target: chat, host: 0.0.0.0, auth: {{ keys: ["${{API_KEY:-none}}"] }} }}'),
    ),
    Code(
        "LF038",
        "secret in the file",
        "Keys and passwords come from the environment alone: `${NAME}`.",
        app("chat: { type: online, source: ollama, model: llama3.2, api_key: abc123 }"),
        app('chat: { type: online, source: ollama, model: llama3.2, api_key: "${MY_KEY:-none}" }'),
    ),
    Code(
        "LF039",
        "template that does not parse",
        "`template`, `join` and `when` are Jinja.",
        app(f'{MODEL}\nask: {{ type: prompt, model: chat, template: "{{% if input %}}" }}'),
        app(f'{MODEL}\nask: {{ type: prompt, model: chat, template: "{{{{ input }}}}" }}'),
    ),
    Code(
        "LF040",
        "unknown variable of a template",
        "A template sees `input`, `history`, `files`, `outputs` and what other nodes said, by name (`-` reads as `_`).",
        app(f'{MODEL}\nask: {{ type: prompt, model: chat, template: "{{{{ inptu }}}}" }}'),
        app(f'{MODEL}\nask: {{ type: prompt, model: chat, template: "{{{{ input }}}}" }}'),
    ),
    Code(
        "LF041",
        "template that leaves its sandbox",
        "Templates see values, not Python: no attribute that begins with `_`, no other files.",
        app(f'{MODEL}\nask: {{ type: prompt, model: chat, template: "{{{{ input.__class__ }}}}" }}'),
        app(f'{MODEL}\nask: {{ type: prompt, model: chat, template: "{{{{ input|upper }}}}" }}'),
    ),
    Code(
        "LF042",
        "callable not found",
        "`call` is `./file.py:name` beside app.yaml, or `package.module:name` of an installed package. The file is read, not run.",
        app("bot: { type: python, call: ./bot.py:anwser }", **FUNCTION),
        app("bot: { type: python, call: ./bot.py:answer }", **FUNCTION),
    ),
    Code(
        "LF043",
        "path out of the app's folder",
        "A file that an app runs stands in the app's folder.",
        app("bot: { type: python, call: ../bot.py:answer }"),
        app("bot: { type: python, call: ./bot.py:answer }", **FUNCTION),
    ),
    Code(
        "LF044",
        "chat template that cannot be read",
        "`chat_template` is Jinja text, or the path of a file beside app.yaml.",
        app("chat: { type: local, model: ./m.gguf, chat_template: ./chat.jinja }"),
        app(
            "chat: { type: local, model: ./m.gguf, chat_template: ./chat.jinja }",
            **{"chat.jinja": "{% for message in messages %}{{ message.content }}{% endfor %}"},
        ),
    ),
    Code(
        "LF045",
        "online node that lacks something",
        "The platform has no default model, needs an address, or is not named.",
        app("chat: { type: online, source: doubao, api_key: '${ARK_KEY:-none}' }"),
        app("chat: { type: online, source: ollama, model: llama3.2 }"),
    ),
    Code(
        "LF046",
        "retired model",
        "The platform has given this model up, or will.",
        app("chat: { type: online, source: openai, model: gpt-3.5-turbo, api_key: '${MY_KEY:-none}' }"),
        app("chat: { type: online, source: openai, model: gpt-4o-mini, api_key: '${MY_KEY:-none}' }"),
        warning=True,
    ),
    Code(
        "LF047",
        "control without a parameter",
        "A control names a sampling parameter or `system` of a node of type local, online or prompt.",
        app(f"{MODEL}\nweb: {{ type: web, target: chat, controls: [{{ node: chat, param: temprature }}] }}"),
        app(f"{MODEL}\nweb: {{ type: web, target: chat, controls: [{{ node: chat, param: temperature }}] }}"),
    ),
    Code(
        "LF048",
        "model that is not there",
        "`validate --check-files` looks for the model of each local node, without the network.",
        app("chat: { type: local, model: ./no-such.gguf }"),
        app("chat: { type: local, model: smollm2-135m-instruct }"),
    ),
    Code(
        "LF049",
        "answer format that is no JSON Schema",
        "`format: {schema: …}` holds a JSON Schema.",
        app("chat: { type: local, model: ./m.gguf, format: { schema: { type: strng } } }"),
        app("chat: { type: local, model: ./m.gguf, format: { schema: { type: string } } }"),
    ),
    Code(
        "LF050",
        "callable that takes no message",
        "The first parameter of a callable is the message.",
        app("bot: { type: python, call: ./bot.py:answer }", **{"bot.py": "def answer():\n    return 'hello'\n"}),
        app("bot: { type: python, call: ./bot.py:answer }", **FUNCTION),
    ),
    Code(
        "LF051",
        "argument that does not fit",
        "`with` names parameters of the callable, and every one without a default.",
        app("bot: { type: python, call: ./bot.py:answer, with: { tune: rude } }", **FUNCTION),
        app("bot: { type: python, call: ./bot.py:answer, with: { tone: rude } }", **FUNCTION),
    ),
)

CODES: Mapping[str, Code] = {code.code: code for code in _TABLE}

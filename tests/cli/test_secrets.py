from __future__ import annotations

from pathlib import Path

from lazyflow.cli.secrets import known_secrets
from lazyflow.graph.load import Source, check_text

APP = """
version: 1
nodes:
  chat:
    type: online
    source: openai
    api_key: ${NODE}
    api_base: https://me:${URL}@host/v1
    options: { extra_headers: { Authorization: "Bearer ${HEADER}" } }
  spread:
    type: online
    source: openai
    model: x
    endpoints: [{ api_base: "https://host/v1", api_key: "${ENDPOINT}" }]
  code: { type: python, call: "os.path:basename", with: { api_key: "${CODE}", plain: "told" } }
  web:
    type: web
    target: chat
    store: postgresql://me:${STORE}@host/chats
    auth: { users: { ann: "${HASH}" }, keys: ["${PROGRAM}"] }
"""
NAMES = "NODE", "URL", "HEADER", "ENDPOINT", "CODE", "STORE", "HASH", "PROGRAM", "OPENAI_API_KEY", "HF_TOKEN"
SECRETS = {name: f"secret-{number}" for number, name in enumerate(NAMES)}


def test_every_secret_of_an_app_is_masked_and_nothing_else() -> None:
    environment = {**SECRETS, "HOME": "/home/ann"}
    app = check_text(APP, "app.yaml", Source((Path("app.yaml"),), environment)).app
    assert app is not None
    hide = known_secrets(app, environment)
    assert [hide(secret) for secret in SECRETS.values()] == ["***"] * len(NAMES)
    assert hide("told /home/ann https://host/v1") == "told /home/ann https://host/v1"

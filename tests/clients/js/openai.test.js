// The official Node client, unmodified, against an app that is really served.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, test } from "node:test";

import OpenAI, { AuthenticationError, BadRequestError, NotFoundError, RateLimitError } from "openai";

const HI = [{ role: "user", content: "one two three" }];
const SAID = "echo: one two three ";
const WEATHER = { type: "function", function: { name: "weather", parameters: { type: "object", properties: {} } } };
let server, api, client;

before(async () => {
  const python = process.env.PYTHON ?? ".venv/bin/python";
  server = spawn(python, ["-m", "tests.clients.app"], { stdio: ["ignore", "pipe", "inherit"] });
  server.stdout.setEncoding("utf8");
  const [line] = await Promise.race([
    once(server.stdout, "data"),
    once(server, "exit").then(([code]) => { throw new Error(`the app ended with code ${code}`); }),
  ]);
  api = JSON.parse(line);
  client = new OpenAI({ baseURL: api.url, apiKey: api.key, maxRetries: 0 });
});

after(() => server.kill());

async function gathered(stream, piece) {
  let text = "";
  for await (const chunk of stream) text += chunk.choices.length ? piece(chunk.choices[0]) : "";
  return text;
}

test("the models are listed and described", async () => {
  const names = [];
  for await (const model of client.models.list()) names.push(model.id);
  assert.deepEqual(names, ["echo", "agent"]);
  assert.equal((await client.models.retrieve("agent")).object, "model");
});

test("a chat is answered whole", async () => {
  const answer = await client.chat.completions.create({ model: "echo", messages: HI });
  assert.equal(answer.choices[0].message.content, SAID);
  assert.equal(answer.usage.total_tokens, 3);
});

test("a chat streams and ends with its usage", async () => {
  const options = { include_usage: true };
  const stream = await client.chat.completions.create({ model: "echo", messages: HI, stream: true, stream_options: options });
  let usage;
  const text = await gathered((async function* () {
    for await (const chunk of stream) { usage = chunk.usage ?? usage; yield chunk; }
  })(), (choice) => choice.delta.content ?? "");
  assert.equal(text, SAID);
  assert.equal(usage.completion_tokens, 2);
});

test("the client's own gathering of a stream agrees", async () => {
  assert.equal(await client.chat.completions.stream({ model: "echo", messages: HI }).finalContent(), SAID);
});

test("a text is completed, whole and streaming", async () => {
  const asked = { model: "echo", prompt: "one" };
  assert.equal((await client.completions.create(asked)).choices[0].text, "echo: one ");
  const stream = await client.completions.create({ ...asked, stream: true });
  assert.equal(await gathered(stream, (choice) => choice.text), "echo: one ");
});

test("embeddings come in the form that the client asks for", async () => {
  const packed = await client.embeddings.create({ model: "echo", input: ["ab", "abc"] });
  assert.deepEqual(packed.data.map((one) => Array.from(one.embedding)), [[2, 1], [3, 1]]);
  const plain = await client.embeddings.create({ model: "echo", input: "ab", encoding_format: "float" });
  assert.deepEqual(plain.data[0].embedding, [2, 1]);
});

test("a tool is called and its result is answered, whole and streaming", async () => {
  const asked = { model: "agent", messages: HI, tools: [WEATHER] };
  const whole = (await client.chat.completions.create(asked)).choices[0];
  const streamed = (await client.chat.completions.stream(asked).finalChatCompletion()).choices[0];
  for (const { message, finish_reason: reason } of [whole, streamed]) {
    assert.equal(reason, "tool_calls");
    assert.equal(message.tool_calls[0].function.name, "weather");
    assert.deepEqual(JSON.parse(message.tool_calls[0].function.arguments), { city: "Ulm" });
    const told = { role: "tool", tool_call_id: message.tool_calls[0].id, content: "raining" };
    const again = await client.chat.completions.create({ ...asked, messages: [...HI, message, told] });
    assert.equal(again.choices[0].message.content, "It is raining.");
  }
});

for (const stream of [false, true]) {
  test(`errors are of the kind that the client tells apart, stream: ${stream}`, async () => {
    const create = (more) => client.chat.completions.create({ model: "echo", messages: HI, stream, ...more });
    const stranger = new OpenAI({ baseURL: api.url, apiKey: "wrong", maxRetries: 0 });
    await assert.rejects(stranger.chat.completions.create({ model: "echo", messages: HI, stream }), AuthenticationError);
    await assert.rejects(create({ model: "gpt-4" }), (error) => {
      assert.ok(error instanceof NotFoundError);
      assert.equal(error.code, "model_not_found");
      return true;
    });
    await assert.rejects(create({ temperature: 9 }), (error) => {
      assert.ok(error instanceof BadRequestError);
      assert.equal(error.param, "temperature");
      return true;
    });
    await assert.rejects(create({ tools: [WEATHER] }), BadRequestError);
    const fast = [{ role: "user", content: "too fast" }];
    await assert.rejects(create({ model: "agent", messages: fast }), (error) => {
      assert.ok(error instanceof RateLimitError);
      assert.equal(error.headers.get("retry-after"), "7");
      return true;
    });
  });
}

"""Asks a gateway by the Python clients of Google, OpenAI and Anthropic, and prints what came of it as JSON.

Arguments: the gateway's address, a client token and a model.
"""

import io
import json
import sys

import anthropic
import openai
from google import genai

URL, TOKEN, MODEL = sys.argv[1:4]
EMBEDDING = "gemini-embedding-001"
PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}}


def weather(city: str) -> str:
    """Tells the weather"""
    return f"fine in {city}"


def ask_google():
    client = genai.Client(api_key=TOKEN, http_options={"base_url": URL})
    chat = client.chats.create(model=MODEL, config={"tools": [weather]})
    whole = chat.send_message("Weather?").text
    streamed = "".join(chunk.text or "" for chunk in chat.send_message_stream("Again?"))
    config = {"mime_type": "text/plain"}
    file = client.files.upload(file=io.BytesIO(b"a note"), config=config)
    about = client.models.generate_content(model=MODEL, contents=["What is it?", file]).text
    listed = [each.name for each in client.files.list()] == [file.name]
    client.files.delete(name=file.name)
    return {
        "whole": whole,
        "streamed": streamed,
        "about": about,
        "listed": listed,
        "models": len(list(client.models.list())) > 20,
        "embedded": len(client.models.embed_content(model=EMBEDDING, contents=["a", "b"]).embeddings),
    }


def ask_openai():
    client = openai.OpenAI(base_url=f"{URL}/v1", api_key=TOKEN)
    tools = [{"type": "function", "function": {"name": "weather", "parameters": PARAMETERS}}]
    messages = [{"role": "user", "content": "Weather?"}]
    ask = lambda **more: client.chat.completions.create(model=MODEL, messages=messages, tools=tools, **more)
    made = ask().choices[0].message
    messages.append(made)
    for call in made.tool_calls:
        content = weather(**json.loads(call.function.arguments))
        messages.append({"role": "tool", "tool_call_id": call.id, "content": content})
    chunks = [chunk for chunk in ask(stream=True) if chunk.choices]
    return {
        "streamed": "".join(chunk.choices[0].delta.content or "" for chunk in chunks),
        "response": client.responses.create(model=MODEL, input="Say hello").output_text,
        "models": len(list(client.models.list())) > 20,
        "embedded": len(client.embeddings.create(model=EMBEDDING, input=["a", "b"]).data),
    }


def ask_anthropic():
    client = anthropic.Anthropic(base_url=URL, api_key=TOKEN)
    tools = [{"name": "weather", "input_schema": PARAMETERS}]
    messages = [{"role": "user", "content": "Weather?"}]
    params = {"model": "claude-sonnet-4-5", "max_tokens": 1000, "messages": messages, "tools": tools}
    content = client.messages.create(**params).content
    results = [
        {"type": "tool_result", "tool_use_id": block.id, "content": weather(**block.input)}
        for block in content
        if block.type == "tool_use"
    ]
    messages += [{"role": "assistant", "content": content}, {"role": "user", "content": results}]
    with client.messages.stream(**params) as stream:
        streamed = stream.get_final_text()
    counted = client.messages.count_tokens(model=MODEL, messages=[{"role": "user", "content": "Hi"}])
    return {
        "streamed": streamed,
        "models": len(list(client.models.list())) > 20,
        "counted": counted.input_tokens > 0,
    }


print(json.dumps({"google": ask_google(), "openai": ask_openai(), "anthropic": ask_anthropic()}))

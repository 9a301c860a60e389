#!/usr/bin/env python3
"""
drive - a generic OpenAPI tester (redocly respect) asks a running server for every operation of its own document, with
made-up parameters and bodies, as an officer with an API token. Each reply must have a declared status, a declared
content type and a body that fits; a 5xx fails. usage: drive.py EZHEN
"""
import collections
import http.client
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
CLI = HERE / "node_modules" / ".bin" / "redocly"
ENV = dict(os.environ, REDOCLY_TELEMETRY="off", REDOCLY_SUPPRESS_UPDATE_NOTICE="true", NO_COLOR="1")


def request(port, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, json.dumps(body) if body is not None else None,
                       {"Content-Type": "application/json", **(headers or {})})
    reply = connection.getresponse()
    return reply, reply.read()


def officer_token(port, data):
    password = re.search(r"^officer\s+(\S+)", (data / "demo-accounts.txt").read_text(), re.M)[1]
    reply, text = request(port, "POST", "/api/v1/session", {"login": "officer", "password": password})
    session = json.loads(text)
    headers = {"Cookie": reply.getheader("Set-Cookie").split(";")[0], "X-CSRF-Token": session["csrf"]}
    _, text = request(port, "POST", "/api/v1/api-tokens/issue",
                      {"name": "tester", "permissions": session["permissions"], "days": 1}, headers)
    return json.loads(text)["token"]


def prepare(port, folder):
    """The document with bearer tokens only, without streams, which have no end to wait for."""
    _, text = request(port, "GET", "/api/v1/openapi.json")
    document = json.loads(text)
    document["security"] = [{"token": []}]
    del document["components"]["securitySchemes"]["session"]
    document["paths"] = {p: v for p, v in document["paths"].items() if not p.endswith("/live")}
    (folder / "api.json").write_text(json.dumps(document))
    arazzo = folder / "auto.arazzo.yaml"
    subprocess.run([CLI, "generate-arazzo", folder / "api.json", "-o", arazzo], env=ENV, check=True, capture_output=True)
    # Made-up keys find nothing: any declared status is right, so the guess that each call succeeds goes.
    arazzo.write_text(re.sub(r" +successCriteria:\n +- condition: [^\n]*\n", "", arazzo.read_text()))
    return arazzo


def collect(node, found):
    if isinstance(node, dict):
        if "checks" in node and "response" in node:
            found.append(node)
        for value in node.values():
            collect(value, found)
    elif isinstance(node, list):
        for value in node:
            collect(value, found)


def drive(ezhen, folder):
    data = folder / "data"
    subprocess.run([ezhen, "demo", "--data", data, "--county", "140406", "--seed", "1", "--scale", "1"], check=True, capture_output=True)
    server = subprocess.Popen([ezhen, "serve", "--data", data, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    try:
        port = int(re.search(r":(\d+)$", server.stdout.readline().strip())[1])
        arazzo = prepare(port, folder)
        subprocess.run([CLI, "respect", arazzo, "--input", f"token={officer_token(port, data)}", "-S", f"api=http://127.0.0.1:{port}",
                        "--json-output", folder / "out.json", "--max-steps", "2000"], env=ENV, check=False, capture_output=True)
    finally:
        server.terminate()
        server.wait(30)
    found = []
    collect(json.loads((folder / "out.json").read_text()), found)
    return found


def main():
    print("1..3")
    with tempfile.TemporaryDirectory() as folder:
        found = drive(sys.argv[1], pathlib.Path(folder))
    codes = collections.Counter(step["response"].get("statusCode") or step["response"].get("status") for step in found)
    wrong = [(step.get("stepId"), check.get("name"), str(check.get("message"))[:300]) for step in found for check in step["checks"]
             if check.get("status") != "success"]
    faults = sum(n for code, n in codes.items() if code is None or code >= 500)
    print(f"{'ok' if len(found) > 200 else 'not ok'} 1 - {len(found)} operations were driven: {dict(codes)}")
    print(f"{'ok' if faults == 0 else 'not ok'} 2 - none answered with 5xx or not at all")
    print(f"{'ok' if not wrong else 'not ok'} 3 - each status, content type and body is the declared one")
    for line in wrong:
        print("# " + " ".join(map(str, line)).replace("\n", " "))
    sys.exit(bool(wrong or faults or len(found) <= 200))


if __name__ == "__main__":
    main()

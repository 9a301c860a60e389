#!/usr/bin/env python3
"""lint - the printed OpenAPI document must pass @redocly/cli without an error. usage: lint.py EZHEN"""
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def main():
    print("1..2")
    env = dict(os.environ, REDOCLY_TELEMETRY="off", REDOCLY_SUPPRESS_UPDATE_NOTICE="true")
    if not (HERE / "node_modules" / "@redocly").exists():
        done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=HERE, env=env, capture_output=True,
                              text=True, check=False)
        if done.returncode:
            print("not ok 1 - the linter installs\n# " + done.stderr[-1500:].replace("\n", "\n# "))
            sys.exit(1)
    print("ok 1 - the linter is installed")
    with tempfile.TemporaryDirectory() as folder:
        document = pathlib.Path(folder) / "openapi.json"
        document.write_bytes(subprocess.run([sys.argv[1], "print", "openapi"], check=True, capture_output=True).stdout)
        done = subprocess.run([HERE / "node_modules" / ".bin" / "redocly", "lint", "--format=stylish", document], env=env,
                              capture_output=True, text=True, check=False)
    good = done.returncode == 0
    print(f"{'ok' if good else 'not ok'} 2 - the document has no error")
    if not good:
        print("# " + (done.stdout + done.stderr)[-4000:].replace("\n", "\n# "))
    sys.exit(not good)


if __name__ == "__main__":
    main()

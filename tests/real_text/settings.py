"""Settings: YAML, TOML, INI and lists of keys; a value is read with the keys above it."""

from real_text.table import Case

YAML = """harbour:
  gates: 3
  light: green
dredger:
  enabled: true
  pump:
    litres: 900
    valve: brass
crane:
  load: 12
  colour: yellow"""
COMPOSE = """services:
  oven:
    image: bakery/oven:4.2
    ports:
      - "8080:80"
    environment:
      HEAT: "240"
  shop:
    image: bakery/shop:1.9
    ports:
      - "9090:90"
    depends_on:
      - oven
volumes:
  flour:"""
TOML = """title = "clinic"

[server]
host = "127.0.0.1"
port = 7070

[records]
path = "/srv/records"
keep_days = 3650

[mail]
sender = "desk@example.org"
retries = 4"""
INI = """[display]
brightness=70
font=large

[printer]
paper=A5
tray=lower

[network]
proxy=none
timeout=25"""

CASES = [
    Case(
        "yaml-path",
        "How many litres does the dredger pump?",
        30,
        YAML,
        keep=["dredger:", "pump:", "litres: 900"],
    ),
    Case("yaml-list", "Which ports has the shop service?", 44, COMPOSE, keep=["shop:", '"9090:90"']),
    Case(
        "yaml-image",
        "Which image does the oven service use?",
        40,
        COMPOSE,
        keep=["oven:", "image: bakery/oven:4.2"],
    ),
    Case(
        "yaml-items",
        "Which age has the pupil Nora?",
        40,
        "pupils:\n  - name: Lars\n    age: 9\n    bus: 4\n  - name: Mia\n    age: 11\n    bus: 2\n  - name: Nora\n    age: 10\n    bus: 7\n  - name: Odd\n    age: 12\n    bus: 4",
        keep=["name: Nora\n    age: 10"],
    ),
    Case("toml-table", "How many days are records kept?", 34, TOML, keep=["[records]", "keep_days = 3650"]),
    Case("toml-port", "Which port has the server?", 30, TOML, keep=["[server]", "port = 7070"]),
    Case("ini", "Which tray does the printer use?", 30, INI, keep=["[printer]", "tray=lower"]),
    Case(
        "ini-comments",
        "What is the timeout of the network?",
        44,
        INI.replace("timeout", "; seconds\ntimeout"),
        keep=["[network]", "timeout=25"],
    ),
    Case(
        "environment",
        "What is the value of TIDE_TABLE_URL?",
        34,
        "PORT=8000\nLOG_LEVEL=info\nTIDE_TABLE_URL=https://tides.example/v2\nBERTH_LIMIT=44\nSECRET_FILE=/run/secret\nLANG=nb_NO",
        keep=["TIDE_TABLE_URL=https://tides.example/v2"],
    ),
    Case(
        "keys-with-colons",
        "What is the blood type of the patient?",
        30,
        "Name: Runa Vik\nBorn: 3 May 1999\nAllergies: none known\nBlood type: A negative\nWard: 7\nDoctor: Dr. Sand\nVisitors: two at a time",
        keep=["Blood type: A negative"],
    ),
    Case(
        "properties",
        "What is the maximum pool size?",
        34,
        "# database\ndb.url=jdbc:archive\ndb.pool.maximum=18\ndb.pool.minimum=2\n# mail\nmail.host=post.example\nmail.port=587\nmail.tls=true",
        keep=["db.pool.maximum=18"],
    ),
    Case(
        "headers-of-a-response",
        "What is the cache age of the response?",
        44,
        "HTTP/1.1 200 OK\nContent-Type: text/html\nCache-Control: public, max-age=86400\nServer: quay/2.0\nX-Request: 77f1\nVary: Accept\nContent-Length: 5120",
        keep=["Cache-Control: public, max-age=86400"],
    ),
]

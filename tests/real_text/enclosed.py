"""Records between marks of their own: calendars, cards, references, compiler messages, rows of an INSERT, blocks."""

from real_text.table import Case

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Rowing club//EN
BEGIN:VEVENT
DTSTART:20310412T080000Z
SUMMARY:Boats into the water
LOCATION:Slip 2
END:VEVENT
BEGIN:VEVENT
DTSTART:20310503T060000Z
SUMMARY:Regatta
LOCATION:Upper lock
DESCRIPTION:Eights first\\, fours at ten.
END:VEVENT
BEGIN:VEVENT
DTSTART:20310921T150000Z
SUMMARY:Harvest supper
STATUS:CANCELLED
COMMENT:The hall has burned down
END:VEVENT
END:VCALENDAR"""
ADDRESSES = """BEGIN:VCARD
VERSION:3.0
FN:Ines Falk
ORG:Falk Roofing
TEL;TYPE=CELL:+46 70 555 01 02
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Otto Brand
TITLE:Organ tuner
TEL;TYPE=WORK:+49 40 555 77 88
NOTE:Only after Whitsun
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Mei Lin
ORG:Harbour dental
TEL;TYPE=WORK:+65 5550 9911
END:VCARD"""
REFERENCES = """@article{ng2018silt,
  author  = {Ng, Carol},
  title   = {Silt in slow canals},
  journal = {Water},
  year    = {2018}
}

@book{moreau2022locks,
  author    = {Moreau, Jean},
  title     = {Locks and Weirs},
  publisher = {Hydra},
  year      = {2022}
}

@misc{otieno2026eels,
  author = {Otieno, Grace},
  title  = {Eels above the weir},
  year   = {2026},
  note   = {Data at request}
}"""
RUST = """   Compiling lock v0.2.0
error[E0382]: borrow of moved value: `gate`
  --> src/weir.rs:41:13
   |
39 |     close(gate);
   |           ---- value moved here
41 |     println!("{}", gate.width);
   |                    ^^^^^^^^^^ value borrowed here after move

error[E0599]: no method named `lower` found for struct `Paddle`
  --> src/paddle.rs:7:12
   |
7  |     paddle.lower();
   |            ^^^^^ method not found in `Paddle`

error: aborting due to 2 previous errors"""
DUMP = """SET NAMES utf8mb4;
LOCK TABLES `lamp` WRITE;
INSERT INTO `lamp` (`id`,`place`,`watts`,`remark`) VALUES (1,'North pier',40,NULL),(2,'Fog bell, east',15,'blinks'),(3,'Slip',60,'broken since May'),(4,'Customs (old)',25,NULL),(5,'Boat house',40,'bat''s nest'),(6,'Gate 2',40,NULL);
INSERT INTO `keeper` VALUES (1,'Dag Holm','nights'),(2,'Siri Moe','days'),(3,'Per Lie','on leave until August'),(4,'Eva Dahl','weekends');
UNLOCK TABLES;"""
STYLES = (
    "html{font-size:100%}body{margin:0;background:#fbfaf7}a{color:#06c;text-decoration:none}a:visited{color:#639}"
    ".lead{font-size:1.25rem;max-width:40em}.warning{border-left:4px solid #c60;background:#fff4e5}"
    ".price{font-weight:700;color:#0a7d38}@media print{nav,aside{display:none}.price{color:#000}}"
    ".tooltip{position:absolute;z-index:70}.drawer{position:fixed;width:320px;z-index:80}footer{padding:2rem}"
)
SCRIPT = (
    "!function(){var o={retries:4,waitMs:250,host:'https://api.quay.example'};function p(u){return fetch(o.host+u)}"
    "function q(u,n){return p(u).catch(function(e){if(n>=o.retries){throw e}return w(o.waitMs*n).then(function(){"
    "return q(u,n+1)})})}function w(t){return new Promise(function(r){setTimeout(r,t)})}"
    "function berth(id){if(!/^B\\d+$/.test(id)){throw Error('bad berth')}return q('/berths/'+id,1)}"
    "window.quay={berth:berth,version:'3.1.7'};document.title='Quay'}();"
)

CASES = [
    Case("event-place", "Where does the regatta start?", 80, CALENDAR, keep=["Regatta", "Upper lock"]),
    Case("event-cancelled", "Which event was cancelled?", 80, CALENDAR, keep=["Harvest supper", "CANCELLED"]),
    Case("event-reason", "Why is there no harvest supper?", 80, CALENDAR, keep=["The hall has burned down"]),
    Case(
        "card-phone",
        "What is the phone number of Mei Lin?",
        60,
        ADDRESSES,
        keep=["FN:Mei Lin", "+65 5550 9911"],
    ),
    Case("card-title", "Who tunes the organ?", 60, ADDRESSES, keep=["Otto Brand", "Organ tuner"]),
    Case(
        "card-note",
        "When may Otto Brand be called?",
        60,
        ADDRESSES,
        keep=["Otto Brand", "Only after Whitsun"],
    ),
    Case("book", "Who published Locks and Weirs?", 80, REFERENCES, keep=["Locks and Weirs", "Hydra"]),
    Case(
        "author", "Who wrote about eels above the weir?", 80, REFERENCES, keep=["Otieno, Grace", "Eels above"]
    ),
    Case(
        "year",
        "In which year did Silt in slow canals appear?",
        80,
        REFERENCES,
        keep=["Silt in slow", "{2018}"],
    ),
    Case("compiler-place", "In which file is `lower` not found?", 70, RUST, keep=["src/paddle.rs:7:12"]),
    Case(
        "compiler-moved",
        "Which value was moved?",
        80,
        RUST,
        keep=["moved value: `gate`", "src/weir.rs:41:13"],
    ),
    Case("compiler-line", "Which line closes the gate?", 80, RUST, keep=["39 |     close(gate);"]),
    Case(
        "insert-row",
        "How many watts has the lamp at the slip?",
        90,
        DUMP,
        keep=["`watts`", "(3,'Slip',60,'broken since May'),"],
    ),
    Case(
        "insert-quote",
        "What is the remark on the boat house?",
        90,
        DUMP,
        keep=["'Boat house',40,'bat''s nest'"],
    ),
    Case(
        "insert-leave",
        "Until when is Per Lie on leave?",
        60,
        DUMP,
        keep=["`keeper`", "on leave until August"],
    ),
    Case(
        "style-rule", "Which colour has a price?", 50, STYLES, keep=[".price{font-weight:700;color:#0a7d38}"]
    ),
    Case("style-width", "How wide is the drawer?", 50, STYLES, keep=[".drawer{position:fixed;width:320px"]),
    Case("style-warning", "What background does a warning have?", 50, STYLES, keep=["background:#fff4e5"]),
    Case("script-setting", "What is waitMs?", 60, SCRIPT, keep=["waitMs:250"]),
    Case("script-version", "Which version of quay is it?", 60, SCRIPT, keep=["version:'3.1.7'"]),
    Case("script-check", "When is a berth bad?", 70, SCRIPT, keep=["throw Error('bad berth')"]),
]

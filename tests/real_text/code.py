"""Source code: a statement is read with the signature above it."""

from real_text.table import Case

CASES = [
    Case(
        "python-return",
        "What does net_weight return?",
        0.5,
        "def net_weight(gross, tare):\n    loss = gross * 0.02\n    net = gross - tare - loss\n    return round(net, 1)\n",
        keep=["return round(net, 1)"],
        beside=(),
    ),
    Case(
        "python-default-argument",
        "How many tries does moor make by default?",
        40,
        '''def moor(boat, tries=5):
    """Tie a boat up.

    Raises LineParted where the rope breaks.
    """
    for number in range(tries):
        if boat.catch(number):
            return boat
    raise LineParted(boat)


def sail(boat):
    boat.hoist()
    boat.cast_off()
''',
        keep=["tries=5"],
    ),
    Case(
        "python-two-functions",
        "What does close_gate log?",
        34,
        """def open_gate(gate):
    gate.lift()
    log("gate is open")


def close_gate(gate):
    gate.lower()
    log("gate is shut and locked")


def paint_gate(gate):
    gate.colour = "red"
""",
        keep=["def close_gate(gate):", 'log("gate is shut and locked")'],
    ),
    Case(
        "python-method",
        "Which exception does withdraw raise?",
        60,
        """class Larder:
    limit = 40

    def deposit(self, jars):
        self.jars += jars

    def withdraw(self, jars):
        if jars > self.jars:
            raise EmptyLarder(jars)
        self.jars -= jars

    def count(self):
        return self.jars
""",
        keep=["def withdraw(self, jars):", "raise EmptyLarder(jars)"],
    ),
    Case(
        "javascript",
        "Which endpoint does loadTides fetch?",
        50,
        """export async function loadTides(port, days = 3) {
  const answer = await fetch(`/api/tides/${port}?days=${days}`);
  return answer.json();
}

export function drawMap(canvas) {
  canvas.clear();
  canvas.fill("blue");
}

export function zoom(map, level = 2) {
  map.level = level;
}
""",
        keep=["loadTides(port, days = 3)", "/api/tides/"],
    ),
    Case(
        "go",
        "What is the timeout of dialScale?",
        50,
        """package scale

func dialScale(addr string) (*Link, error) {
	link, err := dial(addr, 45*time.Second)
	if err != nil {
		return nil, err
	}
	return link, nil
}

func tare(link *Link) {
	link.Send("T")
}

func zero(link *Link) {
	link.Send("Z")
}
""",
        keep=["func dialScale(addr string)", "45*time.Second"],
    ),
    Case(
        "java",
        "Which fee does the method lateFee charge per day?",
        56,
        """public class Desk {
    private final Shelf shelf = new Shelf();

    public int lateFee(int days) {
        return 20 * days;
    }

    public void stamp(Book book) {
        book.setStamp(today());
    }

    public void shelve(Book book) {
        shelf.add(book);
    }
}
""",
        keep=["public int lateFee(int days) {", "return 20 * days;"],
    ),
    Case(
        "c-macro",
        "How large is MAX_SLOTS?",
        24,
        """#include <stdio.h>
#define MAX_NAME 64
#define MAX_SLOTS 1024
#define VERSION "2.1"

static int used = 0;

int take(void) {
    return used++;
}
""",
        keep=["#define MAX_SLOTS 1024"],
    ),
    Case(
        "shell",
        "Where does the script copy the ledgers?",
        44,
        """#!/bin/sh
set -eu
day=$(date +%F)
echo "backup of $day"
tar czf photos.tgz /srv/photos
rsync -a /srv/ledgers/ vault:/mnt/ledgers/
rm -f /tmp/lock
echo done
""",
        keep=["rsync -a /srv/ledgers/ vault:/mnt/ledgers/"],
    ),
    Case(
        "fence-in-prose",
        "Which command starts the observatory dome?",
        44,
        """The dome is run from the small terminal in the hall.

```sh
dome start --slit open
```

Never lean on the railing. Visitors wait below, and children hold a hand. The lift is out of order.
""",
        keep=["dome start --slit open"],
    ),
]

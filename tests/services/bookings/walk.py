"""A way through the rules on which everything happens that can, refusals included."""

from collections.abc import Callable

from tests.services.bookings.books import Bookings
from tests.services.bookings.delegations import Delegations
from tests.services.bookings.desks import Desks


class Books(Bookings, Desks, Delegations):
    """Everything that can happen."""


Walk = tuple[Callable[[Books], None], ...]

# The four departures begin after 40, 41, 60 and 100 hours.
VISITS: Walk = (
    lambda books: books.propose(which=0, hours=40, sites=(0,), guide=1, vehicle=0),
    lambda books: books.propose(which=0, hours=90, sites=(1,), guide=0, vehicle=1),
    lambda books: books.accept(which=0, old=True),
    lambda books: books.ask_for_a_change(which=0),
    lambda books: books.propose(which=0, hours=85, sites=(0,), guide=1, vehicle=2),
    lambda books: books.accept(which=0, old=False),
    lambda books: books.intrude(who=1, where=2, waits=False),
    lambda books: books.intrude(who=1, where=2, waits=True),
    lambda books: books.ask_for_a_visit(who=0, party=2, ahead=3, calls=True),
    lambda books: books.propose(which=0, hours=70, sites=(0,), guide=0, vehicle=0),
    lambda books: books.withdraw(which=0),
    lambda books: books.ask_for_a_visit(who=4, party=2, ahead=1, calls=False),
    lambda books: books.decline(which=2),
    lambda books: books.decline(which=2),
    lambda books: books.ask_for_a_visit(who=0, party=2, ahead=3, calls=True),
    lambda books: books.propose(which=0, hours=75, sites=(0,), guide=0, vehicle=0),
    lambda books: books.accept(which=0, old=False),
    lambda books: books.ask_for_a_visit(who=3, party=4, ahead=3, calls=False),
    lambda books: books.propose(which=0, hours=3, sites=(1,), guide=0, vehicle=0),
    lambda books: books.leave_unanswered(which=0),
)
# Three hours have passed.
CHANGES: Walk = (
    lambda books: books.change_seats(where=0, capacity=2),
    lambda books: books.change_seats(where=3, capacity=4),
    lambda books: books.answer_an_offer(which=0, yes=True),
    lambda books: books.change_time(where=0, hours=1),
    lambda books: books.change_time(where=1, hours=-80),
    lambda books: books.change_resources(where=0, guide=2, vehicle=0),
    lambda books: books.change_resources(where=0, guide=0, vehicle=1),
    lambda books: books.change_resources(where=3, guide=2, vehicle=0),
    lambda books: books.change_without_a_word(where=0),
    lambda books: books.change_seats(where=4, capacity=5),
    lambda books: books.decide_about_many(yes=True, more=2),
    lambda books: books.book_for_a_caller(where=4, party=2, override=None),
    lambda books: books.book_for_a_caller(where=2, party=3, override=None),
    lambda books: books.book_for_a_caller(where=3, party=9, override="领导同意"),
    lambda books: books.wait_for_a_caller(where=0, party=2),
    lambda books: books.cancel(which=0),
    lambda books: books.answer_for_a_caller(which=0, yes=True),
    lambda books: books.run_with_few(which=2),
    lambda books: books.join(who=3, where=3, party=2),
    lambda books: books.cancel_as_staff(which=4),
    lambda books: books.wait_a_while(minutes=130),
)
BOOKINGS: Walk = (
    lambda books: books.request(who=1, where=0, party=2),
    lambda books: books.leave_undecided(which=0),
    lambda books: books.request(who=3, where=0, party=2),
    lambda books: books.decide(which=6, yes=False),
    lambda books: books.request(who=4, where=1, party=1),
    lambda books: books.reschedule(which=6, where=2, by_staff=False),
    lambda books: books.request(who=0, where=1, party=1),
    lambda books: books.die_while_placing(who=3, where=1, party=1, steps=3),
)
# The second of the four is an hour and a half away; the time to decide about the third has come.
DAYS: Walk = (
    lambda books: books.come_to_the_visit(where=1, minutes=-90),
    lambda books: books.run_with_few(which=0),
    lambda books: books.book_for_a_caller(where=2, party=2, override=None),
    lambda books: books.book_for_a_caller(where=2, party=2, override="领导同意"),
    lambda books: books.let_in_at_the_door(where=2, party=1),
    lambda books: books.let_in_at_the_door(where=1, party=1),
    lambda books: books.check_in(which=7, early=False),
    lambda books: books.come_to_the_visit(where=1, minutes=20),
    lambda books: books.stay_away(which=7),
    lambda books: books.come_to_the_visit(where=1, minutes=200),
    lambda books: books.open_anew(where=1),
    lambda books: books.come_to_the_visit(where=2, minutes=200),
    lambda books: books.open_anew(where=2),
    lambda books: books.book_for_a_caller(where=2, party=2, override=None),
    lambda books: books.cancel_a_departure(where=3, really=0),
    lambda books: books.come_to_the_visit(where=2, minutes=-90),
    lambda books: books.come_to_the_visit(where=2, minutes=20),
)
WALK: Walk = (*VISITS, *CHANGES, *BOOKINGS, *DAYS)

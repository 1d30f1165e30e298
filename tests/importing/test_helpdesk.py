"""Helpdesks' exports: who the customer is, what stands for a category, and when a case was over."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from clearaccounts.access import OPERATOR
from clearaccounts.importing import publish
from clearaccounts.importing.landing import Outcome
from clearaccounts.settings import DataFolder, Settings
from clearaccounts.warehouse import open_current
from tests.importing.desk import NOW, hand_in, landed, said, write


def cases(tmp_path: Path, *lines: str, name: str = "x.csv", profile: str) -> tuple[Outcome, dict[str, dict[str, Any]]]:
    """The outcome of one file, and the cases that landed by their ids; `profile` is the one that must be recognised."""
    data = DataFolder(tmp_path / "data")
    outcome = hand_in(data, write(tmp_path, name, *lines))
    assert outcome.landing is not None, str(outcome.refused)
    assert outcome.landing.profile == profile
    return outcome, {row["case_id"]: row for row in landed(data, outcome, "support_cases")}


def statuses(rows: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Status per case."""
    return {case: row["case_status"] for case, row in rows.items()}


SERVICENOW = "number,opened_at,short_description,caller_id,priority,state,category,hold_reason,resolved_at,closed_at"


class TestServiceNow:
    """A list export says words, the API numbers; both mean the same."""

    def test_states_as_words_and_as_numbers(self, tmp_path: Path) -> None:
        wanted = [
            ("New", "", "new"), ("1", "", "new"), ("In Progress", "", "open"), ("2", "", "open"), ("-5", "", "open"), ("", "", "open"),
            ("On Hold", "Awaiting Caller", "waiting_on_customer"), ("3", "1", "waiting_on_customer"), ("3", "4", "escalated"),
            ("On hold", "Awaiting Vendor", "escalated"), ("3", "5", "open"), ("3", "", "open"),
            ("Awaiting User Info", "", "waiting_on_customer"), ("6", "", "resolved"), ("Resolved", "", "resolved"),
            ("7", "", "closed"), ("CLOSED", "", "closed"), ("8", "", "closed"),
            ("Canceled", "", "closed"),
        ]
        lines = [
            f"INC{n},2026-05-01 08:00:00,Mail,Ann,3 - Moderate,{state},software,{reason},," for n, (state, reason, _) in enumerate(wanted)
        ]
        _, rows = cases(tmp_path, SERVICENOW, *lines, profile="servicenow_incidents")
        assert statuses(rows) == {f"INC{n}": status for n, (_, _, status) in enumerate(wanted)}

    def test_severity_is_that_of_the_priority_and_one_of_somebodys_own_is_rejected(self, tmp_path: Path) -> None:
        priorities = ("1 - Critical", "2", "High", "4 - Low", "5 - Planning", "", "Severe")
        lines = [f"INC{n},2026-05-01 08:00:00,Mail,Ann,{text},1,software,,," for n, text in enumerate(priorities)]
        outcome, rows = cases(tmp_path, SERVICENOW, *lines, profile="servicenow_incidents")
        assert [row["severity"] for row in rows.values()] == ["A", "B", "B", "C", "C", None]
        assert said(outcome) == [(8, "priority", "Severe is not one of A, B, C")]

    def test_a_case_opened_again_does_not_say_when_it_first_was_resolved(self, tmp_path: Path) -> None:
        times = "2026-05-02 08:00:00,"
        _, rows = cases(
            tmp_path, SERVICENOW, f"INC1,2026-05-01 08:00:00,Mail,Ann,3,2,software,,{times}",
            f"INC2,2026-05-01 08:00:00,Mail,Ann,3,7,software,,{times}2026-05-03 09:30:00", profile="servicenow_incidents",
        )
        assert (rows["INC1"]["resolved_at"], rows["INC1"]["closed_at"]) == (None, None)
        assert (rows["INC2"]["resolved_at"], rows["INC2"]["closed_at"]) == (datetime(2026, 5, 2, 8), datetime(2026, 5, 3, 9, 30))

    def test_the_customer_is_the_company_or_else_the_caller_or_else_unknown(self, tmp_path: Path) -> None:
        header = "Number,Opened,Short description,Caller,Company,Priority,State,Category"
        _, rows = cases(
            tmp_path, header, "INC1,2026-05-01 08:00,Mail,Ann,Contoso,1,New,Software", "INC2,2026-05-01 08:00,Mail,Ann,,1,New,-- None --",
            "INC3,2026-05-01 08:00,Mail,,,1,New,", profile="servicenow_incidents",
        )
        assert [row["customer_id"] for row in rows.values()] == ["Contoso", "Ann", "unknown"]
        assert [row["case_category"] for row in rows.values()] == ["Software", "unknown", "unknown"]

    def test_a_reference_is_its_id_where_the_answer_holds_one(self, tmp_path: Path) -> None:
        # One answer writes an empty reference as text and a given one as an object: both columns are there.
        header = f"{SERVICENOW.replace('caller_id', 'caller_id,caller_id.link,caller_id.value,company')}"
        _, rows = cases(
            tmp_path, header, "INC1,2026-05-01 08:00:00,Mail,,https://x.example/u,u1,,3,1,software,,,",
            "INC2,2026-05-01 08:00:00,Mail,,,,,3,1,software,,,", profile="servicenow_incidents",
        )
        assert [row["customer_id"] for row in rows.values()] == ["u1", "unknown"]

    def test_the_incident_table_of_a_connector_and_what_was_deleted_there(self, tmp_path: Path) -> None:
        header = (
            "sys_id,incident_state,hold_reason,sys_created_on,sys_updated_on,resolved_at,caller_id_value,category,subcategory,severity,"
            "reopen_count,_fivetran_deleted"
        )
        _, rows = cases(
            tmp_path, header,
            "a1,2,,2026-05-01 08:00:00,2026-05-04 08:00:00,,c1,software,mail,1,0,FALSE",
            "a2,2,,2026-05-01 08:00:00,2026-05-04 08:00:00,,c1,software,mail,2,0,TRUE",
            "a3,3,4,2026-05-01 08:00:00,2026-05-04 08:00:00,,,,,,,",
            profile="servicenow_incident_table",
        )
        assert statuses(rows) == {"a1": "open", "a2": "closed", "a3": "escalated"}
        assert rows["a2"]["closed_at"] == datetime(2026, 5, 4, 8)
        assert (rows["a3"]["customer_id"], rows["a3"]["case_category"]) == ("unknown", "unknown")


ZENDESK = "id,status,subject,created_at,updated_at,requester_id,submitter_id,organization_id,group_id,type,priority,via_channel"
TIMES = "2026-05-01 08:00:00,2026-05-04 09:00:00"


class TestZendesk:
    """A ticket without its history says little of its past; what it says is not guessed."""

    def test_a_status_says_what_its_last_change_was(self, tmp_path: Path) -> None:
        changed = datetime(2026, 5, 4, 9)
        wanted = {
            "new": ("new", None, None), "open": ("open", None, None), "pending": ("waiting_on_customer", None, None),
            "hold": ("escalated", None, None), "solved": ("resolved", changed, None), "closed": ("closed", changed, changed),
            "deleted": ("closed", None, changed),
        }
        lines = [f"{status},{status},Mail,{TIMES},11,11,21,31,incident,urgent,email" for status in wanted]
        _, rows = cases(tmp_path, ZENDESK, *lines, profile="zendesk_tickets")
        assert {case: (row["case_status"], row["resolved_at"], row["closed_at"]) for case, row in rows.items()} == wanted

    def test_customer_and_category_are_the_first_thing_given(self, tmp_path: Path) -> None:
        outcome, rows = cases(
            tmp_path, ZENDESK,
            f"1,open,Mail,{TIMES},11,11,21,31,incident,high,email",
            f"2,open,Mail,{TIMES},11,11,,,incident,normal,web",
            f"3,open,Mail,{TIMES},,,,,,,",
            f"4,lost,Mail,{TIMES},11,11,21,31,,low,",
            profile="zendesk_tickets",
        )
        told = [(row["customer_id"], row["case_category"], row["severity"], row["channel"]) for row in rows.values()]
        assert told == [("21", "31", "B", "email"), ("11", "incident", "C", "web"), ("unknown", "unknown", None, None)]
        assert said(outcome) == [
            (5, "status", "lost is not one of new, open, waiting_on_customer, escalated, resolved, closed"),
        ]

    def test_an_instant_may_name_its_offset_utc_or_nothing(self, tmp_path: Path) -> None:
        written = ("2026-05-01 08:00:00 UTC", "2026-05-01T08:00:00Z", "2026-05-01T10:00:00+02:00", "2026-05-01 08:00:00.000")
        lines = [f"{n},open,Mail,{text},{text},11,11,21,31,,low,web" for n, text in enumerate(written)]
        _, rows = cases(tmp_path, ZENDESK, *lines, profile="zendesk_tickets")
        assert {row["opened_at"] for row in rows.values()} == {datetime(2026, 5, 1, 8)}

    def test_the_history_of_the_status_dates_a_ticket(self, tmp_path: Path) -> None:
        data = DataFolder(tmp_path / "data")
        outcome = hand_in(data, write(
            tmp_path, "x.csv", "field_name,ticket_id,updated,_fivetran_synced,user_id,value",
            "status,7,2026-05-01 08:00:00,,,new", "status,7,2026-05-01 09:00:00,,5,open", "priority,7,2026-05-01 09:00:00,,5,high",
            "status,7,2026-05-02 09:00:00,,5,pending", "status,7,2026-05-03 09:00:00,,,on-hold", "status,7,2026-05-04 09:00:00,,5,solved",
            "status,7,2026-05-04 09:00:00,,5,solved", "status,7,2026-05-08 09:00:00,,,closed", "status,7,2026-05-09 09:00:00,,,buried",
        ))
        assert outcome.landing is not None and (outcome.landing.profile, outcome.landing.loaded) == ("zendesk_ticket_history", 8)
        assert [(row["event_type"], row["actor"]) for row in landed(data, outcome, "case_events")] == [
            ("resumed", "5"), ("waiting_on_customer", "5"), ("escalated", None), ("resolved", "5"), ("closed", None),
        ]
        assert [(line, column) for line, column, _ in said(outcome)] == [(10, "value")]

    def test_the_csv_export_writes_a_dash_for_nothing(self, tmp_path: Path) -> None:
        header = (
            "Summation column,Id,Requester,Requester id,Assignee,Group,Subject,Tags,Status,Priority,Via,Ticket type,Created at,Updated at,"
            "Organization,Solved at,Reopens"
        )
        _, rows = cases(
            tmp_path, header,
            "1,7,Ann,11,Bob,Billing,Mail,a b,Solved,Urgent,Mail,Question,2026-05-01 08:00,2026-05-04 09:00,Contoso,2026-05-03 09:00,2",
            "1,8,Ann,11,-,-,Mail,,On-hold,-,Mail,-,2026-05-01 08:00,2026-05-04 09:00,-,-,0",
            profile="zendesk_tickets_csv",
        )
        solved, held = rows["7"], rows["8"]
        assert (solved["case_status"], solved["resolved_at"], solved["reopened_count"]) == ("resolved", datetime(2026, 5, 3, 9), 2)
        assert (solved["customer_id"], solved["case_category"], solved["case_subcategory"]) == ("Contoso", "Billing", "Question")
        assert (held["customer_id"], held["case_category"], held["case_status"], held["assignee"]) == ("11", "unknown", "escalated", None)


class TestFreshdesk:
    """Numbers in the API, words or numbers in the CSV export."""

    API = (
        "id,subject,status,priority,source,requester_id,responder_id,company_id,created_at,updated_at,type,group_id,deleted,spam,"
        "stats.first_responded_at,stats.resolved_at,stats.closed_at"
    )

    def test_without_stats_a_ticket_was_over_at_the_latest_when_it_last_changed(self, tmp_path: Path) -> None:
        changed = datetime(2026, 5, 4, 9)
        wanted = {
            "2": ("open", None, None), "3": ("waiting_on_customer", None, None), "4": ("resolved", changed, None),
            "5": ("closed", changed, changed), "6": ("waiting_on_customer", None, None), "7": ("escalated", None, None),
            "12": ("open", None, None),
        }
        lines = [
            f"{status},Mail,{status},4,1,11,51,21,2026-05-01T08:00:00Z,2026-05-04T09:00:00Z,Question,31,false,false,,," for status in wanted
        ]
        _, rows = cases(tmp_path, self.API, *lines, profile="freshdesk_tickets")
        assert {case: (row["case_status"], row["resolved_at"], row["closed_at"]) for case, row in rows.items()} == wanted

    def test_its_stats_say_it_exactly_and_what_was_thrown_away_is_closed(self, tmp_path: Path) -> None:
        stats = "2026-05-01T08:30:00Z,2026-05-02T08:00:00Z,2026-05-03T08:00:00Z"
        times = "2026-05-01T08:00:00Z,2026-05-04T09:00:00Z"
        _, rows = cases(
            tmp_path, self.API, f"1,Mail,5,4,1,11,51,21,{times},Question,31,,,{stats}", f"2,Mail,2,3,3,11,,,{times},,,true,,,,",
            f"3,Mail,2,2,99,11,,,{times},,,false,true,,,", profile="freshdesk_tickets",
        )
        one, deleted, spam = rows["1"], rows["2"], rows["3"]
        assert (one["first_replied_at"], one["resolved_at"]) == (datetime(2026, 5, 1, 8, 30), datetime(2026, 5, 2, 8))
        assert (one["closed_at"], one["severity"], one["channel"], one["customer_id"]) == (datetime(2026, 5, 3, 8), "A", "email", "21")
        assert (deleted["case_status"], deleted["closed_at"], deleted["customer_id"]) == ("closed", datetime(2026, 5, 4, 9), "11")
        assert (spam["case_status"], spam["channel"], spam["case_category"]) == ("closed", "99", "unknown")

    def test_the_csv_export(self, tmp_path: Path) -> None:
        header = (
            "Ticket ID,Subject,Status,Priority,Source,Type,Agent,Group,Created time,Due by Time,Resolved time,Closed time,Last update time,"
            "Initial response time,Company Name,Email"
        )
        _, rows = cases(
            tmp_path, header,
            "1,Mail,Closed,Urgent,Email,Question,Bob,Billing,2026-05-01 08:00:00,,2026-05-02 08:00:00,2026-05-03 08:00:00,"
            "2026-05-04 09:00:00,2026-05-01 08:30:00,Contoso,ann@contoso.example",
            "2,Mail,3,2,Portal,,No Agent,No Group,2026-05-01 08:00:00,,,,2026-05-04 09:00:00,,No Company,ann@contoso.example",
            profile="freshdesk_tickets_csv",
        )
        assert statuses(rows) == {"1": "closed", "2": "waiting_on_customer"}
        assert (rows["1"]["customer_id"], rows["1"]["closed_at"], rows["1"]["severity"]) == ("Contoso", datetime(2026, 5, 3, 8), "A")
        assert (rows["2"]["customer_id"], rows["2"]["assignee"], rows["2"]["severity"]) == ("ann@contoso.example", None, "C")


class TestJira:
    """The category of a status tells what its name, which each project chooses, does not."""

    API = (
        "key,fields.summary,fields.status.name,fields.status.statusCategory.key,fields.created,fields.resolutiondate,"
        "fields.statuscategorychangedate,fields.issuetype.name,fields.priority.name,fields.reporter.accountId"
    )
    CSV = (
        "Summary,Issue key,Issue id,Issue Type,Status,Project key,Priority,Assignee,Reporter,Reporter Id,Created,Updated,Resolved,"
        "Labels,Labels,Custom field (Organizations),Custom field (Organizations),Custom field (Request Type),Status Category,"
        "Status Category Changed"
    )

    def test_status_by_its_name_or_else_by_its_category(self, tmp_path: Path) -> None:
        done = datetime(2026, 5, 4, 9)
        wanted = {
            ("Open", "new"): ("new", None, None), ("Brewing", "indeterminate"): ("open", None, None),
            ("Waiting for customer", "indeterminate"): ("waiting_on_customer", None, None),
            ("Escalated", "indeterminate"): ("escalated", None, None), ("Resolved", "done"): ("resolved", done, None),
            ("Done", "done"): ("closed", done, done), ("x", "undefined"): ("open", None, None),
        }
        lines = [
            f"TP-{n},Mail,{name},{category},2026-05-01T10:00:00.000+0200,,2026-05-04T11:00:00.000+0200,Bug,High,acc"
            for n, (name, category) in enumerate(wanted)
        ]
        _, rows = cases(tmp_path, self.API, *lines, profile="jira_issues")
        assert [(row["case_status"], row["resolved_at"], row["closed_at"]) for row in rows.values()] == list(wanted.values())
        assert {row["opened_at"] for row in rows.values()} == {datetime(2026, 5, 1, 8)}

    def test_the_csv_export_repeats_columns_and_names_months(self, tmp_path: Path) -> None:
        outcome, rows = cases(
            tmp_path, self.CSV,
            "Mail,TP-1,1,Incident,Done,TP,Highest,Bob,Ann,acc,27/Sep/26 9:05 AM,,28/Sep/26 12:00 PM,a,b,Contoso,Fabrikam,Billing,Done,",
            "Mail,TP-2,2,Incident,To Do,TP,None,,Ann,,27/Sep/26 12:30 AM,,,,,,,,To Do,",
            "Mail,TP-3,3,Incident,Working,TP,P3,,,,2026-09-27 21:00,,,,,,,,In Progress,",
            "Mail,TP-4,4,Incident,Working,TP,Low,,,,13/7/2026 21:00,,,,,,,,In Progress,",
            "Mail,TP-5,5,Incident,Fixed,TP,Low,,,,1/Feb/2026 21:00,,2/Feb/2026 21:00,,,,,,,",
            profile="jira_issues_csv",
        )
        assert said(outcome) == []
        assert statuses(rows) == {"TP-1": "closed", "TP-2": "new", "TP-3": "open", "TP-4": "open", "TP-5": "closed"}
        assert rows["TP-4"]["opened_at"] == datetime(2026, 7, 13, 21)
        one, two = rows["TP-1"], rows["TP-2"]
        assert (one["opened_at"], one["closed_at"]) == (datetime(2026, 9, 27, 9, 5), datetime(2026, 9, 28, 12))
        assert (one["customer_id"], one["case_category"], one["severity"]) == ("Contoso", "Billing", "A")
        assert (two["opened_at"], two["customer_id"], two["case_category"], two["severity"]) == (
            datetime(2026, 9, 27, 0, 30), "Ann", "Incident", None,
        )
        assert rows["TP-3"]["customer_id"] == "unknown"

    def test_the_issue_table_is_over_when_it_was_resolved(self, tmp_path: Path) -> None:
        header = (
            "id,_fivetran_deleted,assignee,created,creator,issue_type,key,priority,project,reporter,resolved,status,status_category_changed,"
            "summary,updated"
        )
        outcome, rows = cases(
            tmp_path, header, "1,FALSE,,2026-05-01 08:00:00,c,9,TP-1,3,4,r,2026-05-02 08:00:00,10003,,Mail,2026-05-03 08:00:00",
            "2,FALSE,,2026-05-01 08:00:00,c,,TP-2,,4,,,3,,Mail,", "3,TRUE,,2026-05-01 08:00:00,c,9,TP-3,1,4,r,,3,,Mail,2026-05-03 08:00:00",
            "4,FALSE,,2026-05-01 08:00:00,c,9,TP-4,10007,4,r,,3,,Mail,", profile="jira_issue_table",
        )
        assert statuses(rows) == {"TP-1": "closed", "TP-2": "open", "TP-3": "closed"}
        assert (rows["TP-1"]["closed_at"], rows["TP-3"]["closed_at"]) == (datetime(2026, 5, 2, 8), datetime(2026, 5, 3, 8))
        assert (rows["TP-2"]["customer_id"], rows["TP-2"]["case_category"]) == ("c", "unknown")
        assert said(outcome) == [(5, "priority", "10007 is not one of A, B, C")]


class TestServed:
    """What the pages are told of it."""

    def test_a_case_of_an_unknown_customer_is_kept_and_listed(self, tmp_path: Path) -> None:
        data = DataFolder(tmp_path / "data")
        customers = write(tmp_path, "customers.csv", "customer_id,customer_name,currency", "21,Contoso,EUR")
        tickets = write(
            tmp_path, "tickets.csv", ZENDESK, f"1,open,Mail,{TIMES},11,11,21,31,,low,web", f"2,open,Mail,{TIMES},12,12,22,31,,low,web",
        )
        publish.import_files(data, Settings(), [customers, tickets], NOW)
        warehouse = open_current(data, Settings())
        (backlog,) = warehouse.run("support/backlog", {"at": datetime(2026, 6, 1)}, OPERATOR).to_pylist()
        assert (backlog["case_category"], backlog["case_count"]) == ("31", 2)
        offenders = warehouse.run("overview/check_offenders", {"check_name": "unknown_customer"}, OPERATOR).to_pylist()
        assert ["22" in row["offender"] for row in offenders] == [True]

    def test_with_its_history_a_tickets_past_is_exact(self, tmp_path: Path) -> None:
        data = DataFolder(tmp_path / "data")
        tickets = write(tmp_path, "tickets.csv", ZENDESK, "1,closed,Mail,2026-05-01 08:00:00,2026-05-20 08:00:00,11,11,21,31,,low,web")
        changes = ("02 08:00:00,,,solved", "05 08:00:00,,,open", "07 08:00:00,,,solved", "11 08:00:00,,,closed")
        history = write(
            tmp_path, "history.csv", "field_name,ticket_id,updated,_fivetran_synced,user_id,value",
            *(f"status,1,2026-05-{change}" for change in changes),
        )

        def counts(day: int) -> list[tuple[int, int]]:
            rows = open_current(data, Settings()).run("support/backlog", {"at": datetime(2026, 5, day)}, OPERATOR).to_pylist()
            return [(row["case_count"], row["unresolved_count"]) for row in rows]

        publish.import_files(data, Settings(), [tickets], NOW)
        assert [counts(day) for day in (3, 6, 8, 12, 21)] == [[(1, 1)], [(1, 1)], [(1, 1)], [(1, 1)], []]
        publish.import_files(data, Settings(), [history], NOW)
        assert [counts(day) for day in (3, 6, 8, 12, 21)] == [[(1, 0)], [(1, 1)], [(1, 0)], [], []]


def test_a_table_beside_an_export_is_kept_and_one_that_only_resembles_it_is_refused(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data")
    kept = hand_in(data, write(tmp_path, "x.csv", "id,_fivetran_synced,description,name", "1,2026-05-01 08:00:00,None at all,Low"))
    assert kept.landing is not None
    assert (kept.landing.profile, kept.landing.loaded, kept.landing.things) == ("jira_other_priorities_or_resolutions", 1, {})
    header = "id,_fivetran_synced,description,name,amount,currency,customer,invoice,paid,due"
    other = hand_in(data, write(tmp_path, "y.csv", header, "1,,,,5.00,EUR,C1,I1,,"))
    assert other.landing is None and "not one we know" in str(other.refused)

"""Carrying out an order by Partner Center's API, one subscription at a time: read, check, change, read back.

Nothing is repeated blindly. A request whose answer was lost is followed by a look; it is sent once more only if the look shows
the subscription unchanged, under the same `MS-RequestId` and with the ETag that was just read. What a look cannot tell is
called unknown. Off by default; a dry run reads and says what it would send.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping

from clearaccounts.collections import partner_center_words as words
from clearaccounts.collections.orders import DONE, FAILED, NOT_DONE, SUSPEND, UNKNOWN, OrderLine, Outcome
from clearaccounts.collections.partner_center_reading import Reading, WrongSubscription, is_of, lower, path_of, reading_of
from clearaccounts.collections.partner_center_wire import Answer, Credentials, Lost, NotSent, Wire
from clearaccounts.errors import ClearAccountsError, PartnerCenterError
from clearaccounts.settings import PartnerCenterAccess
from clearaccounts.text import N_

__all__ = ["PartnerCenter", "Reading", "WrongSubscription"]

_AZURE_PLAN = "azure_plan"
# How often a change is sent at most: again after a lost answer, or after somebody else's change.
_MOST_ATTEMPTS = 2
_LOOKS = 3
_BETWEEN_LOOKS_SECONDS = 2.0
_MOST_POLLS = 10
# What a change of status leaves as it was; if one of these differs afterwards, it is said.
_UNTOUCHED = ("friendlyName", "quantity", "partnerId", "orderId", "offerId", "termDuration", "billingCycle", "commitmentEndDate")


class PartnerCenter:
    """One Partner Center, asked with one set of credentials; a context manager that closes its connections."""

    def __init__(
        self, access: PartnerCenterAccess, credentials: Credentials, *, sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Nothing is asked yet.

        Raises:
            PartnerCenterError: the settings switch it off.
        """
        if access.mode == "off":
            raise PartnerCenterError(N_("Asking Partner Center is switched off; [partner_center] mode in the settings turns it on."))
        self._is_dry = access.mode != "live"
        self._sleep = sleep
        # By this Microsoft finds together what was asked together.
        self._correlation_id = str(uuid.uuid4())
        self._wire = Wire(access, credentials, sleep)

    @classmethod
    def configured(cls, access: PartnerCenterAccess, environment: Mapping[str, str]) -> PartnerCenter:
        """The one that the settings name, with the credentials of the environment (see `Credentials.from_environment`).

        Raises:
            PartnerCenterError: it is switched off, or there are no credentials.
        """
        return cls(access, Credentials() if access.mode == "off" else Credentials.from_environment(environment))

    @property
    def is_dry(self) -> bool:
        """Whether it only says what it would send: what it answers then is no report of an order."""
        return self._is_dry

    def __enter__(self) -> PartnerCenter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._wire.close()

    def look(self, line: OrderLine) -> Reading:
        """The line's subscription as it is now.

        Raises:
            WrongSubscription: there is no such subscription of this customer.
            PartnerCenterError: it could not be read.
        """
        tenant, subscription = words.guid(line.microsoft_tenant_id), words.guid(line.microsoft_subscription_id)
        if tenant is None or subscription is None:
            raise WrongSubscription(words.ODD_ID)
        answer = self._get(path_of(line))
        if answer.status == 404:
            raise WrongSubscription(words.NOT_FOUND)
        reading = reading_of(answer)
        if not is_of(reading.resource, tenant, subscription):
            raise WrongSubscription(words.OTHER_SUBSCRIPTION)
        return reading

    def change(self, line: OrderLine, action: str, request_id: str) -> Outcome:
        """Suspend or reactivate one subscription, and say what came of it.

        Args:
            line: which, of which customer.
            action: SUSPEND or REACTIVATE.
            request_id: a GUID; repeated under the same one a change whose answer was lost is done once. After a definite answer
                the next call needs another.

        Returns:
            suspended or reactivated: read back, or so already. failed: refused, or it cannot be. not_done: nothing was sent
            (Partner Center could not be read, or this is a dry run). unknown: sent, and what came of it cannot be told.
            `detail` is one sentence in English (see `partner_center_words`); `state_before` is the subscription's state as it
            was read before anything was sent (None if it stood so already: what was before that, nobody can tell any more).
        """
        return _Attempt(self, line, action, request_id).run()

    def _send(self, method: str, path: str, headers: Mapping[str, str], content: bytes | None = None) -> Answer:
        common = {"Accept": "application/json", "MS-Contract-Version": "v1", "MS-CorrelationId": self._correlation_id}
        return self._wire.send(method, path, {**common, **headers}, content)

    def _get(self, path: str) -> Answer:
        try:
            answer = self._send("GET", path, {"MS-RequestId": str(uuid.uuid4())})
        except (Lost, NotSent):
            raise PartnerCenterError(words.UNREACHABLE) from None
        if answer.status == 401:
            raise PartnerCenterError(words.NOT_SIGNED_IN)
        if answer.status == 403:
            raise PartnerCenterError(words.NOT_ALLOWED)
        if answer.status == 429:
            raise PartnerCenterError(words.TOO_BUSY, seconds=_asked_to_wait(answer))
        if answer.status >= 500:
            raise PartnerCenterError(words.FAULTY, status=answer.status)
        return answer

    def _has_active_azure(self, line: OrderLine) -> bool:
        """Whether an Azure subscription under an Azure plan is active; if that cannot be told, Partner Center itself refuses the change."""
        items = (self._get(path_of(line) + "/azureEntitlements").resource or {}).get("items")
        return isinstance(items, list) and any(isinstance(item, dict) and lower(item.get("status")) == "active" for item in items)


def _another(request_id: str) -> str:
    return str(uuid.uuid5(uuid.UUID(request_id), "again"))


class _Attempt:
    """One change of one subscription, from the first look to the last."""

    def __init__(self, center: PartnerCenter, line: OrderLine, action: str, request_id: str) -> None:
        self._center = center
        self._line = line
        self._action = action
        self._change = words.CHANGES[action]
        self._request_id = str(uuid.UUID(request_id))
        # The id of the latest request that may have changed something.
        self._sent_id = ""
        self._first: Reading | None = None
        # Whether a request of ours may have arrived without an answer: from then on nothing but a look is believed.
        self._is_lost = False

    def run(self) -> Outcome:
        for _ in range(_MOST_ATTEMPTS):
            try:
                found = self._center.look(self._line)
            except PartnerCenterError as error:
                if self._is_lost:
                    return self._said(UNKNOWN, words.NO_ANSWER_NO_LOOK)
                return self._said(FAILED if isinstance(error, WrongSubscription) else NOT_DONE, error.template, **error.values)
            if found.status != self._change.after:
                self._first = self._first or found
            ended = self._checked(found)
            if ended is None and self._center.is_dry:
                return self._said(
                    NOT_DONE, words.WOULD_SEND, path=path_of(self._line), status=self._change.after, etag=found.etag,
                    request_id=self._request_id,
                )
            ended = ended or self._send(found)
            if ended is not None:
                return ended
        if self._is_lost:
            return self._after_a_loss()
        return self._said(FAILED, words.CHANGED_MEANWHILE)

    def _checked(self, found: Reading) -> Outcome | None:
        """What is to be said of a subscription that is not to be changed; None for one that is."""
        if found.status == self._change.after:
            return self._said(DONE[self._action], words.DONE_WITHOUT_ANSWER if self._is_lost else words.ALREADY)
        if found.status != self._change.before:
            if self._is_lost:
                return self._said(UNKNOWN, words.NO_ANSWER_OTHERWISE)
            return self._said(FAILED, words.WRONG_STATUS[found.status])
        if not found.etag:
            return self._said(UNKNOWN if self._is_lost else FAILED, words.NO_ETAG)
        if self._line.commerce_model == _AZURE_PLAN and self._action == SUSPEND and not self._is_lost:
            try:
                if self._center._has_active_azure(self._line):
                    return self._said(FAILED, words.AZURE_ACTIVE)
            except PartnerCenterError as error:
                return self._said(NOT_DONE, error.template, **error.values)
        return None

    def _send(self, found: Reading) -> Outcome | None:
        """Send the whole resource with its status replaced; None: look again, and perhaps send again."""
        key = next((key for key in found.resource if key.lower() == "status"), "status")
        content = json.dumps({**found.resource, key: self._change.after}, ensure_ascii=False).encode("utf-8")
        headers = {"Content-Type": "application/json", "If-Match": found.etag, "MS-RequestId": self._request_id}
        self._sent_id = self._request_id
        try:
            answer = self._center._send("PATCH", path_of(self._line), headers, content)
        except Lost:
            self._lose()
            return None
        except NotSent:
            return self._refused(NOT_DONE, words.UNREACHABLE)
        except PartnerCenterError as error:
            return self._refused(NOT_DONE, error.template, **error.values)
        match answer.status:
            case 202:
                return self._read_back(found, words.READS_OTHERWISE if self._has_finished(answer) else words.STILL_RUNNING)
            case status if 200 <= status < 300:
                return self._read_back(found, words.READS_OTHERWISE)
            case status if status >= 500:
                self._lose()
                return None
            case 412:
                # Definitely not done. The next one is another request, and must not be answered like this one.
                self._request_id = _another(self._request_id)
                return None
            case 401 | 403 as status:
                return self._refused(NOT_DONE, words.NOT_SIGNED_IN if status == 401 else words.NOT_ALLOWED)
            case 429:
                return self._refused(NOT_DONE, words.TOO_BUSY, seconds=_asked_to_wait(answer))
            case status:
                template, values = words.refusal(status, answer.error_code)
                return self._refused(FAILED, template, **values)

    def _lose(self) -> None:
        self._is_lost = True
        self._center._sleep(_BETWEEN_LOOKS_SECONDS)

    def _refused(self, outcome: str, template: str, **values: object) -> Outcome:
        """A refusal is believed unless an earlier request of ours may still be at work: then it may be about that one."""
        return self._after_a_loss() if self._is_lost else self._said(outcome, template, **values)

    def _after_a_loss(self) -> Outcome:
        try:
            found = self._center.look(self._line)
        except PartnerCenterError:
            return self._said(UNKNOWN, words.NO_ANSWER_NO_LOOK)
        if found.status == self._change.after:
            return self._said(DONE[self._action], words.DONE_WITHOUT_ANSWER)
        return self._said(UNKNOWN, words.NO_ANSWER_UNCHANGED if found.status == self._change.before else words.NO_ANSWER_OTHERWISE)

    def _read_back(self, before: Reading, otherwise: str) -> Outcome:
        """Believe an accepted change when it reads so; `otherwise` is said if it does not after a few looks."""
        for number in range(_LOOKS):
            if number:
                self._center._sleep(_BETWEEN_LOOKS_SECONDS)
            try:
                found = self._center.look(self._line)
            except PartnerCenterError:
                continue
            if found.status == self._change.after:
                other = [name for name in _UNTOUCHED if found.resource.get(name) != before.resource.get(name)]
                template = words.ALSO_CHANGED if other else ""
                return self._said(DONE[self._action], template, fields=", ".join(other))
        return self._said(UNKNOWN, otherwise)

    def _has_finished(self, answer: Answer) -> bool:
        """Follow the address that a running change is watched at, within bounds."""
        path = self._center._wire.path_of(answer.headers.get("location", ""), path_of(self._line))
        for _ in range(_MOST_POLLS if path and path != path_of(self._line) else 0):
            self._center._sleep(min(max(answer.wait_seconds, 1.0), 10.0))
            try:
                answer = self._center._get(path or "")
            except PartnerCenterError:
                return False
            if answer.status != 202:
                return True
        return False

    def _said(self, outcome: str, template: str, **values: object) -> Outcome:
        if self._center.is_dry and outcome != NOT_DONE:
            # Whatever a dry run finds out, it reports nothing as done or refused.
            outcome, template, values = NOT_DONE, words.WOULD_NOT_SEND, {"sentence": ClearAccountsError(template, **values)}
        detail = str(ClearAccountsError(template, **values)) if template else ""
        state = None if self._first is None else self._first.state
        return Outcome(self._line.subscription_id, outcome, detail, state, self._sent_id)


def _asked_to_wait(answer: Answer) -> int:
    return round(answer.wait_seconds)

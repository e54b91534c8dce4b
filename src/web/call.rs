//! Turns exchanges into one result: permit, session, the repeat after an expired session, repeats of reads.
//!
//! A write is sent once, also where the service says that it did not look at it for want of a session: the session is
//! renewed, and the caller reads its outcome before it writes again.

use std::sync::Arc;
use std::time::Duration;

use super::answer::{Bad, Reading, Verdict};
use super::client::Client;
use super::error::{Cause, Error, Failure, Outcome};
use super::http::{Answer, Fault, FaultKind, Request};
use super::limiter::{self, Permit, Retry};
use super::session::{Link, Refusal, Session};
use super::wait::{When, pause};

/// The largest number of repeats of a read.
const MAX_REPEATS: u32 = 2;

/// The largest number of repeats of a read that used up its time: three of them would take most of a pass.
const MAX_SLOW_REPEATS: u32 = 1;

/// The number of writes in a row that one record may make fail: the first, and the one that the caller makes after a
/// read.
const MAX_OWN_WRITES: u32 = 2;

/// A timeout this close to the pass's end is the pass's end: sockets are not exact.
const MAX_DEADLINE_ERROR: Duration = Duration::from_millis(50);

/// The reason why a try gave no answer for the caller.
enum Setback {
    /// The same again cannot help.
    Final(Error),
    /// A repeat may help; the failure counts against the server. A read is repeated at most `repeats` times.
    Passing { cause: Cause, outcome: Outcome, repeats: u32 },
    /// The service takes no more requests for now: this one may be made again from `until` on.
    Refused { cause: Cause, retry: Retry },
}

/// The error of a write; where it was refused for now, also when the next may be sent, and what happened.
type Unwritten = (Error, Option<Box<(Retry, String)>>);

impl From<Error> for Setback {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}

impl<S: Session> Client<S> {
    /// Asks until `decode` understands the answer, [`MAX_REPEATS`] times more at most. A 4xx is handed to `declined`.
    pub(crate) fn read<T>(
        &self,
        request: &Request,
        when: When,
        decode: impl Fn(&[u8]) -> Result<T, Bad>,
    ) -> Result<T, Error> {
        self.read_judged(request, when, |answer| match answer.is_success().then(|| decode(&answer.body)) {
            Some(Ok(value)) => Reading::Done(value),
            Some(Err(bad)) => Reading::Unreadable(bad),
            None => Reading::ByStatus,
        })
    }

    /// The same for a service whose answers say by their bodies, whatever their status, how it went. 401, 403, 429 and
    /// 3xx count by their status alone.
    pub(crate) fn read_judged<T>(
        &self,
        request: &Request,
        when: When,
        judge: impl Fn(&Answer) -> Reading<T>,
    ) -> Result<T, Error> {
        self.ask(request, when, judge).map_err(|error| self.limiter.in_the_end(error))
    }

    fn ask<T>(&self, request: &Request, when: When, judge: impl Fn(&Answer) -> Reading<T>) -> Result<T, Error> {
        let (mut failures, mut refusals) = (0, 0);
        let is_sent_enough = |sent| self.limiter.max_sends().is_some_and(|most| sent >= most);
        loop {
            let (cause, outcome, repeats) = match self.try_read(request, when, &judge) {
                Ok(value) => return Ok(value),
                Err(Setback::Final(error)) => return Err(error),
                Err(Setback::Passing { cause, outcome, repeats }) => (cause, outcome, repeats),
                Err(Setback::Refused { cause, .. }) if is_sent_enough(failures + refusals + 1) => {
                    return Err(self.limiter.stopped().unwrap_or_else(|| self.not_taken(request, cause)));
                }
                Err(Setback::Refused { cause, retry }) => {
                    let shown = &request.shown;
                    self.limiter.wait_out(retry, &self.limits, when, shown, &message(request, &cause))?;
                    refusals += 1;
                    if self.limiter.is_stuck(refusals, false) {
                        return Err(self.not_taken(request, cause));
                    }
                    continue;
                }
            };
            failures += 1;
            when.check(&self.limits, &request.shown)?;
            let again = failures <= repeats && !is_sent_enough(failures + refusals) && self.limiter.may_repeat();
            if !again || !pause(failures, &self.limits, when) {
                when.check(&self.limits, &request.shown)?;
                return Err(self.give_up(request, cause, outcome, failures));
            }
        }
    }

    /// Sends a write once. `judge` reads what an answer of 2xx says of it.
    pub(crate) fn write(&self, request: &Request, judge: impl Fn(&[u8]) -> Verdict) -> Result<(), Error> {
        let judge = |answer: &Answer| match answer.is_success().then(|| judge(&answer.body)) {
            Some(Verdict::Taken) => Reading::Done(()),
            Some(Verdict::Refused(text)) => Reading::Refused(text),
            Some(Verdict::Unreadable(text)) => Reading::Unreadable(Bad::Passing(text)),
            None => Reading::ByStatus,
        };
        let (error, retry) = match self.try_write(request, judge) {
            Ok(()) => return Ok(()),
            Err(failed) => failed,
        };
        if let Some(refused) = retry {
            let (retry, message) = *refused;
            self.limiter.wait_out(retry, &self.limits, When::InTime, &request.shown, &message)?;
        }
        Err(error)
    }

    /// The same for a service whose answers say by their bodies, whatever their status, how it went: see
    /// [`Self::read_judged`]. It waits for nothing after a 429.
    pub(crate) fn write_judged<T>(&self, request: &Request, judge: impl Fn(&Answer) -> Reading<T>) -> Result<T, Error> {
        self.try_write(request, judge).map_err(|(error, _)| error)
    }

    /// Sends a write once.
    fn try_write<T>(&self, request: &Request, judge: impl Fn(&Answer) -> Reading<T>) -> Result<T, Unwritten> {
        let answer = match self.attempt(request, When::InTime, &speaks(&judge)) {
            Ok(answer) => answer,
            Err(Setback::Final(error)) => return Err((error, None)),
            Err(Setback::Passing { cause, outcome, .. }) => {
                self.limiter.write_failed(&message(request, &cause));
                return Err((self.give_up(request, cause, outcome, 1), None));
            }
            Err(Setback::Refused { cause, retry }) => {
                let message = message(request, &cause);
                return Err((self.not_taken(request, cause), Some(Box::new((retry, message)))));
            }
        };
        match judge(&answer) {
            Reading::Done(value) => {
                self.limiter.succeeded();
                self.limiter.write_succeeded();
                Ok(value)
            }
            Reading::ByStatus => {
                self.limiter.answered();
                Err((self.refusal(request, answer.status, self.quote(request, &answer)), None))
            }
            Reading::Refused(text) => {
                self.limiter.answered();
                Err((self.refusal(request, answer.status, text), None))
            }
            Reading::Unreadable(Bad::Passing(text) | Bad::Lasting(text)) => {
                let message = format!("{}: {text}", request.shown);
                self.limiter.failed(&message);
                self.limiter.write_failed(&message);
                Err((self.give_up(request, Cause::BadAnswer(text), Outcome::Unknown, 1), None))
            }
        }
    }

    fn try_read<T>(&self, request: &Request, when: When, judge: &impl Fn(&Answer) -> Reading<T>) -> Result<T, Setback> {
        let answer = self.attempt(request, when, &speaks(judge))?;
        match judge(&answer) {
            Reading::Done(value) => {
                self.limiter.succeeded();
                Ok(value)
            }
            Reading::ByStatus => Err(self.declined(request, &answer)),
            Reading::Refused(text) => {
                self.limiter.answered();
                Err(Setback::Final(self.refusal(request, answer.status, text)))
            }
            // The server has answered, and the same answer would come again.
            Reading::Unreadable(Bad::Lasting(text)) => {
                self.limiter.answered();
                let failure = self.failure(request, Cause::BadAnswer(text), Outcome::Refused, true);
                Err(Setback::Final(failure))
            }
            Reading::Unreadable(Bad::Passing(text)) => {
                self.limiter.failed(&format!("{}: {text}", request.shown));
                Err(Setback::Passing { cause: Cause::BadAnswer(text), outcome: Outcome::Refused, repeats: MAX_REPEATS })
            }
        }
    }

    /// A 4xx speaks of one record, but for one: where the service has no such path, no record will do better.
    fn declined(&self, request: &Request, answer: &Answer) -> Setback {
        let text = self.quote(request, answer);
        let is_missing = answer.status == 404 && self.service.is_missing_path(&text);
        let error = self.refusal(request, answer.status, text);
        if is_missing && !self.limiter.has_succeeded() {
            self.limiter.failed(&format!("{error}; check {}", self.service.paths_setting));
        } else if answer.status != 403 {
            self.limiter.answered();
        }
        Setback::Final(error)
    }

    /// Sends a request, and once more with a new session when the first had ended. Returns an answer of
    /// 2xx, a 4xx that is the API's own answer, or one that `speaks` by its body.
    fn attempt(&self, request: &Request, when: When, speaks: &dyn Fn(&Answer) -> bool) -> Result<Answer, Setback> {
        let permit = self.limiter.enter(&self.limits, when, &request.shown)?;
        let link = self.link(when);
        let mut refused_before = None;
        loop {
            when.check(&self.limits, &request.shown)?;
            let session = self.session.current(link)?;
            let answer = self.exchange(request, &session, when)?;
            if answer.is_success() {
                self.session.has_worked(&session, request.is_write);
            }
            if request.is_write {
                return self
                    .written(request, answer, session, link)
                    .and_then(|it| self.sorted(request, it, &permit, speaks));
            }
            let status = answer.status;
            let is_repeated = refused_before.is_some();
            if let Some(before) = refused_before {
                self.session.renewal_helped(before != status);
            }
            if self.session.may_have_ended(status, false) {
                let refusal = Refusal { session, status, answer: &answer, request, is_repeated };
                let renewed = self.session.renew(link, refusal)?;
                if renewed && !is_repeated {
                    refused_before = Some(status);
                    continue;
                }
            }
            return self.sorted(request, answer, &permit, speaks);
        }
    }

    /// The answer to a write. One that was refused as if its session had ended has the session renewed; whether it was
    /// taken nevertheless, only a read can tell.
    fn written(
        &self,
        request: &Request,
        answer: Answer,
        session: Arc<S::Live>,
        link: Link<'_>,
    ) -> Result<Answer, Setback> {
        let status = answer.status;
        if !self.session.may_have_ended(status, true) {
            self.session.let_write_pass(request);
        } else if self.session.renew(link, Refusal { session, status, answer: &answer, request, is_repeated: false })? {
            let cause = Cause::Status { status, text: self.quote(request, &answer) };
            return Err(Setback::Passing { cause, outcome: Outcome::Unknown, repeats: MAX_REPEATS });
        }
        Ok(answer)
    }

    fn exchange(&self, request: &Request, session: &S::Live, when: When) -> Result<Answer, Setback> {
        let (until, credential) = (when.until(&self.limits), self.session.credential(session));
        self.http.exchange(request, Some(credential), until).map_err(|fault| self.fault(request, fault, when))
    }

    fn fault(&self, request: &Request, fault: Fault, when: When) -> Setback {
        let outcome = if fault.kind == FaultKind::NotSent { Outcome::NotSent } else { Outcome::Unknown };
        if fault.kind == FaultKind::ReadOnly {
            return Setback::Final(Error::ReadOnly { request: request.shown.clone() });
        }
        let message = format!("{}: {}", request.shown, fault.text);
        if fault.kind != FaultKind::TimedOut {
            self.limiter.failed(&message);
        } else if when.until(&self.limits).left() < MAX_DEADLINE_ERROR {
            // The outcome of a write is read in the time of grace; only a read shows that nothing is answered.
            if !request.is_write {
                self.limiter.failed(&message);
            }
            return Setback::Final(Error::OutOfTime { request: request.shown.clone(), outcome });
        } else {
            self.limiter.failed_heavily(&message);
        }
        let repeats = if fault.kind == FaultKind::TimedOut { MAX_SLOW_REPEATS } else { MAX_REPEATS };
        Setback::Passing { cause: Cause::Network(fault.text), outcome, repeats }
    }

    /// Tells answers from failures, and tells the limiter.
    fn sorted(
        &self,
        request: &Request,
        answer: Answer,
        permit: &Permit<'_>,
        speaks: &dyn Fn(&Answer) -> bool,
    ) -> Result<Answer, Setback> {
        let status = answer.status;
        if matches!(status, 408 | 500..) && speaks(&answer) {
            return Ok(answer);
        }
        let shown = format!("{}: the server answered {status}", request.shown);
        let cause = || Cause::Status { status, text: self.quote(request, &answer) };
        if status == 503 && self.service.closes_for_maintenance && !request.is_write {
            let (request, text) = (request.shown.clone(), self.quote(request, &answer));
            let error = Error::Maintenance { service: self.service, request, text, wait: answer.retry_after };
            return Err(Setback::Final(self.limiter.stop(error)));
        }
        let (outcome, is_refusal) = match status {
            200..=299 | 400..=407 | 409..=428 | 430..=499 => return Ok(answer),
            429 => (Outcome::NotSent, true),
            408 | 500.. => (Outcome::Unknown, status == 503 && answer.retry_after.is_some()),
            _ => {
                let cause =
                    Cause::BadAnswer(format!("it answered {status}, which leads elsewhere and is not followed"));
                // A login page, a portal: every request is sent there, and not by chance.
                self.limiter.failed_heavily(&shown);
                return Err(Setback::Passing { cause, outcome: Outcome::Unknown, repeats: 0 });
            }
        };
        let retry = is_refusal.then(|| {
            let (generation, asked) = (permit.generation(), answer.retry_after);
            self.limiter.refused(&limiter::Refusal { generation, asked, is_write: request.is_write, cause: &shown })
        });
        match retry {
            Some(retry) if outcome == Outcome::NotSent => Err(Setback::Refused { cause: cause(), retry }),
            _ => {
                self.limiter.failed(&shown);
                Err(Setback::Passing { cause: cause(), outcome, repeats: MAX_REPEATS })
            }
        }
    }

    fn refusal(&self, request: &Request, status: u16, text: String) -> Error {
        Error::Refused { service: self.service, request: request.shown.clone(), status, text }
    }

    /// Returns the text of an answer, fit for a message.
    fn quote(&self, request: &Request, answer: &Answer) -> String {
        self.service.quote_answer(request, answer, self.http.redactor())
    }

    /// The pass's own error where the pass is over, this request's where it is not.
    fn give_up(&self, request: &Request, cause: Cause, outcome: Outcome, failures: u32) -> Error {
        match self.limiter.stopped() {
            // Where nothing was answered, and this request alone has shown it, what happened to it says more.
            Some(stopped)
                if !request.is_write && (failures < self.limiter.max_failures() || self.limiter.has_succeeded()) =>
            {
                stopped
            }
            _ => {
                let only_this = if request.is_write {
                    self.limiter.only_failing_write(MAX_OWN_WRITES)
                } else {
                    self.limiter.only_failing(failures)
                };
                self.failure(request, cause, outcome, only_this)
            }
        }
    }

    /// A request that the service did not take; nothing was done.
    fn not_taken(&self, request: &Request, cause: Cause) -> Error {
        self.failure(request, cause, Outcome::NotSent, false)
    }

    fn failure(&self, request: &Request, cause: Cause, outcome: Outcome, only_this: bool) -> Error {
        Failure { service: self.service, request: request.shown.clone(), cause, outcome, only_this }.into()
    }
}

/// Whether an answer says by its body how it went.
fn speaks<T>(judge: &impl Fn(&Answer) -> Reading<T>) -> impl Fn(&Answer) -> bool {
    |answer| match judge(answer) {
        Reading::Done(_) | Reading::Refused(_) | Reading::Unreadable(_) => true,
        Reading::ByStatus => false,
    }
}

/// Describes what happened to a request.
fn message(request: &Request, cause: &Cause) -> String {
    format!("{}: {cause}", request.shown)
}

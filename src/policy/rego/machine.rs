//! The machine that evaluates compiled rules, within limits.

use core::time::Duration;
use std::cell::Cell;
use std::num::{NonZeroU32, NonZeroU64};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Once};

use regorus::{Engine, Value, set_global_memory_limit};

use super::{bounds, mistake};
use regorus::rvm::program::Program;
use regorus::rvm::vm::{RegoVM, VmError};
use regorus::utils::limits::{ExecutionTimerConfig, MemoryBudgetConfig};

/// Tells that panics pass by who looks whether they are caught.
static HOOKED: Once = Once::new();

thread_local! {
    /// Whether a panic on this thread is caught, and becomes a finding.
    static IS_CAUGHT: Cell<bool> = const { Cell::new(false) };
}

/// How much one evaluation of a rule may take.
///
/// The count of instructions decides, which is the same on every machine; the time only ends what the count does not see.
/// The interpreter counts none: there the time decides, and the bytes of the whole program.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub instructions: usize,
    pub time: Duration,
    pub bytes: u64,
}

/// Of a rule that is asked about one resource.
pub const OF_RESOURCE: Limits = Limits { instructions: 1_000_000, time: Duration::from_secs(5), bytes: 64 << 20 };

/// Of a rule that is asked about the whole organisation.
pub const OF_WHOLE: Limits = Limits { instructions: 50_000_000, time: Duration::from_secs(60), bytes: 512 << 20 };

/// The most bytes of the whole program with which an interpreter goes on.
const MOST_BYTES: u64 = 2 << 30;

/// Why a rule came to nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// It took more than it may.
    Limit(String),
    /// It went wrong, at a line and column of a policy.
    Error { message: String, place: Option<(String, u32, u32)> },
}

/// A virtual machine with a program; used again and again.
#[derive(Debug)]
pub struct Machine {
    vm: RegoVM,
    /// The interpreter, where a rule needs it.
    engine: Option<Engine>,
    program: Arc<Program>,
}

impl Machine {
    /// Makes a machine for a program and the data that it reads.
    ///
    /// # Errors
    /// Where the data stand where a rule stands.
    pub fn new(
        program: &Arc<Program>,
        mut engine: Option<Engine>,
        data: Value,
        limits: Limits,
    ) -> Result<Self, Failure> {
        // A copy of its own: threads that count references to one wait for each other.
        let program = Arc::new(Program::clone(program));
        let mut vm = RegoVM::new();
        vm.load_program(program.clone());
        vm.set_strict_builtin_errors(false);
        vm.set_max_instructions(limits.instructions);
        vm.set_execution_timer_config(Some(timer(limits)));
        if let Some(engine) = &mut engine {
            interpret(engine, Value::Undefined, data.clone(), limits).map_err(|error| told(&error))?;
        }
        vm.set_memory_budget_config(NonZeroU64::new(limits.bytes).map(|limit| MemoryBudgetConfig { limit }));
        let mut machine = Machine { vm, engine, program };
        machine.vm.set_data(data).map_err(|error| machine.failure(&error))?;
        Ok(machine)
    }

    /// Says about what the next questions are.
    pub fn set_input(&mut self, input: Value) {
        if let Some(engine) = &mut self.engine {
            engine.set_input(input.clone());
        }
        self.vm.set_input(input);
    }

    /// Evaluates a rule by its entry point.
    ///
    /// # Errors
    /// Where it takes more than it may, or yields an error.
    pub fn evaluate(&mut self, entry: &str) -> Result<Value, Failure> {
        match caught(|| self.vm.execute_entry_point_by_name(entry)) {
            Some(Ok(value)) => Ok(value),
            Some(Err(error)) => Err(self.failure(&error)),
            None => Err(told("its evaluation broke off")),
        }
    }

    /// Asks the interpreter about a rule that the machine may take otherwise.
    ///
    /// # Errors
    /// Where the rule has no one value, or takes too much.
    pub fn interpret(&mut self, path: &str) -> Result<Value, Failure> {
        let Some(engine) = &mut self.engine else { return self.evaluate(path) };
        match caught(|| engine.eval_rule(path.to_owned())) {
            Some(Ok(value)) => Ok(value),
            Some(Err(error)) => Err(told(&error.to_string())),
            None => Err(told("its evaluation broke off")),
        }
    }

    fn failure(&self, error: &VmError) -> Failure {
        match limit(error) {
            Some(limit) => Failure::Limit(limit),
            None => Failure::Error { message: message(error), place: self.place() },
        }
    }

    /// Says where the machine stands.
    fn place(&self) -> Option<(String, u32, u32)> {
        let span = self.program.get_instruction_span(self.vm.get_pc())?;
        let file = self.program.get_source_name(span.source_index)?;
        let line = u32::try_from(span.line).ok()?;
        let column = u32::try_from(span.column).ok()?;
        let text = self.program.get_source(span.source_index).unwrap_or_default();
        Some((file.to_owned(), line, mistake::column(text, line, column)))
    }
}

/// Does what may panic, in silence; `None` where it did.
///
/// A builtin that panics is the library's mistake, and no way out of being judged.
pub fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    HOOKED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !IS_CAUGHT.get() {
                before(info);
            }
        }));
    });
    IS_CAUGHT.set(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    IS_CAUGHT.set(false);
    done.ok()
}

/// Says which limit was reached, if one was.
fn limit(error: &VmError) -> Option<String> {
    if let VmError::InstructionLimitExceeded { limit, .. } = error {
        Some(format!("{limit} instructions"))
    } else if let VmError::TimeLimitExceeded { limit, .. } = error {
        Some(format!("{} s", limit.as_secs()))
    } else if let VmError::MemoryLimitExceeded { limit, .. } | VmError::MemoryBudgetExceeded { budget: limit, .. } =
        error
    {
        Some(format!("{} MiB", limit >> 20))
    } else if let VmError::RegexSizeLimitExceeded { limit, .. } = error {
        Some(format!("{} KiB for a regular expression", limit >> 10))
    } else {
        None
    }
}

fn timer(limits: Limits) -> ExecutionTimerConfig {
    ExecutionTimerConfig { limit: limits.time, check_interval: NonZeroU32::new(256).unwrap_or(NonZeroU32::MIN) }
}

/// Gives an interpreter what it is to read, and its limits.
///
/// # Errors
/// Where the data stand where a rule stands: in words.
pub fn interpret(engine: &mut Engine, input: Value, data: Value, limits: Limits) -> Result<(), String> {
    bounds::interpreted(engine);
    engine.set_execution_timer_config(timer(limits));
    set_global_memory_limit(Some(MOST_BYTES));
    engine.set_strict_builtin_errors(false);
    engine.clear_data();
    engine.add_data(data).map_err(|error| mistake::last(&error.to_string()))?;
    engine.set_input(input);
    Ok(())
}

/// Reads the limit out of what the interpreter tells, which tells how much it took as well: that differs each time.
fn bound(told: &str) -> Option<String> {
    let limit = told.rsplit_once("limit=")?.1.trim_end_matches(')');
    let of = |unit: &str| limit.strip_suffix(unit)?.trim().parse::<u64>().ok();
    let bytes = of("bytes").map(|bytes| format!("{} MiB", bytes >> 20));
    bytes.or_else(|| of("ns").map(|nanos| format!("{} s", nanos / 1_000_000_000)))
}

/// Makes a failure of what the interpreter tells.
fn told(told: &str) -> Failure {
    let last = mistake::last(told);
    if ["execution exceeded", "size limit"].iter().any(|word| last.contains(word)) {
        return Failure::Limit(bound(&last).unwrap_or(last));
    }
    let place = mistake::place(told).and_then(|(file, span)| Some((file, span?.line, span?.column)));
    Failure::Error { message: last, place }
}

/// Writes an error without the machine's own numbers.
fn message(error: &VmError) -> String {
    let text = error.to_string();
    let text = text.rsplit_once(" (pc=").map_or(text.as_str(), |(text, _)| text);
    mistake::last(text)
}

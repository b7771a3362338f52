//! One dispatcher a kernel: from a call to the code of its signature.
//!
//! The key of a call is the monomorphic functions that describe its types and its generic
//! parameters, and the layout classes of its arrays. The first keys are found in a small
//! array without locks, later ones in a table; a new key is described, and compiled if its
//! description is new. However many threads ask for one signature at once, one compiles it
//! and the others wait; different signatures are compiled at the same time.

use crate::arg::{Arguments, tells_layout};
use crate::backend::BackendSource;
use crate::compiled::{Build, Compiled, Failure, compile};
use crate::context::{Allocations, CallContext};
use crate::error::Error;
use crate::rank::Layouts;
use crate::ret::Ret;
use mambo_compiler::abi::{Context, Entry};
use mambo_compiler::backend::LoopOutcome;
use mambo_compiler::core_loop::CoreLoop;
use mambo_compiler::explain::Explanation;
use mambo_compiler::inner_loop::InnerLoop;
use mambo_compiler::source::{Capture, Instance, KernelSource};
use mambo_ir::{Layout, Signature, Type};
use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::hash::BuildHasherDefault;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::time::Duration;

/// What the tree of a generic kernel names, for one choice of its generic parameters.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The type parameters.
    pub generics: Vec<Type>,
    /// Values of the constants, as in [`KernelSource::captures`].
    pub captures: Vec<Option<Capture>>,
    /// The types, as in [`KernelSource::types`].
    pub types: Vec<Option<Type>>,
}

/// Resolves what a generic kernel names: one monomorphic function for each choice.
pub type Resolve = fn() -> Resolved;

/// The types of arguments and result: one monomorphic function for each choice.
pub(crate) type Describe = fn() -> (Vec<Type>, Type);

fn describe<A: Arguments, R: Ret>() -> (Vec<Type>, Type) {
    let mut args = Vec::new();
    A::describe(&mut args);
    (args, R::result_type())
}

/// Compiles signatures before they are called.
pub type Eager = fn() -> Result<(), Error>;

/// What calls of one kernel go through.
pub struct Dispatcher {
    source: &'static KernelSource,
    backend: BackendSource,
    build: Build,
    eager: Option<Eager>,
    /// Whether the eager signatures are compiled or being compiled.
    warm: AtomicBool,
    /// The first keys, filled from the front and never changed.
    first: [AtomicPtr<Route>; FIRST],
    /// All other keys.
    others: RwLock<Table<Key, &'static Route>>,
    /// Every signature asked for, in order.
    instances: Mutex<Vec<(Wanted, Slot)>>,
}

/// Keys found without a lock.
const FIRST: usize = 8;

type Table<K, V> = HashMap<K, V, BuildHasherDefault<DefaultHasher>>;

/// Where the code of a signature is or will be.
type Slot = Arc<OnceLock<Result<&'static Compiled, Failure>>>;

/// What is to be compiled.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wanted {
    pub(crate) instance: Instance,
    /// The loop around it, if it is the kernel of one.
    pub(crate) around: Around,
}

/// What is built around a kernel.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Around {
    Nothing,
    /// The inner loop of a universal function.
    Inner(InnerLoop),
    /// The loop of a generalized one.
    Core(CoreLoop),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    /// Address of the [`Describe`]. Two functions may share an address only if their code is
    /// the same, and then they describe the same.
    describe: usize,
    /// Address of the [`Resolve`], or 0. As above.
    resolve: usize,
    layouts: u64,
}

impl Key {
    // As a call it would pass through memory.
    #[inline(always)]
    fn new(describe: Describe, resolve: Option<Resolve>, layouts: u64) -> Self {
        Key {
            describe: describe as *const () as usize,
            resolve: resolve.map_or(0, |resolve| resolve as usize),
            layouts,
        }
    }
}

/// A key and the code it leads to.
pub(crate) struct Route {
    key: Key,
    pub(crate) entry: Entry,
    pub(crate) asks_context: bool,
    compiled: &'static Compiled,
}

impl Route {
    /// Calls code that asks for its context.
    ///
    /// # Safety
    /// The slots must be those of the signature that the entry was compiled for, with a result
    /// of type `R`, and what they point to must be valid and unaliased.
    #[inline(never)]
    unsafe fn call_with_context<R: Ret>(&self, slots: *const u64) -> Result<R, Error> {
        let mut memory = MaybeUninit::uninit();
        let mut context = CallContext::begin(&mut memory);
        let mut results = MaybeUninit::<R::Slots>::uninit();
        // SAFETY: the caller says so of the slots; there is room for all results, and the
        // context is complete.
        let status = unsafe { (self.entry)(context.lend(), slots, results.as_mut_ptr().cast()) };
        let context = context.get();
        if status != 0 {
            // SAFETY: the context was complete, with no operands at first.
            return Err(unsafe { self.failure(status, &raw const context.lent) });
        }
        // SAFETY: on success all results are written, as the signature says.
        Ok(unsafe { R::unpack(results.assume_init(), &mut context.allocations) })
    }

    /// What a status that is not 0 means.
    ///
    /// # Safety
    /// As for [`Context::written_operands`].
    #[cold]
    #[inline(never)]
    pub(crate) unsafe fn failure(&self, status: u32, context: *const Context) -> Error {
        // SAFETY: the caller says so.
        self.compiled.failure(status, unsafe { Context::written_operands(context) })
    }
}

/// Figures of a kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Signatures compiled.
    pub compiled: usize,
    /// Time spent compiling them.
    pub compile_time: Duration,
    /// Bytes of machine code.
    pub code_bytes: usize,
    /// Loops that run in vectors.
    pub vector_loops: usize,
    /// Loops that could run in vectors of this processor, or in wider ones than they do, but
    /// that the code generator for these refused.
    pub refused_loops: usize,
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Stats { compiled, compile_time, code_bytes, vector_loops, refused_loops } = self;
        write!(
            f,
            "{compiled} signatures compiled in {compile_time:?}, {code_bytes} bytes of code, {vector_loops} loops in vectors and {refused_loops} refused"
        )
    }
}

impl Dispatcher {
    /// A dispatcher with nothing compiled. `eager` is run by the first call.
    pub const fn new(
        source: &'static KernelSource,
        backend: BackendSource,
        eager: Option<Eager>,
    ) -> Self {
        Dispatcher::with_build(source, backend, eager, mambo_compiler::build::build)
    }

    pub(crate) const fn with_build(
        source: &'static KernelSource,
        backend: BackendSource,
        eager: Option<Eager>,
        build: Build,
    ) -> Self {
        Dispatcher {
            source,
            backend,
            build,
            eager,
            warm: AtomicBool::new(eager.is_none()),
            first: [const { AtomicPtr::new(ptr::null_mut()) }; FIRST],
            others: RwLock::new(HashMap::with_hasher(BuildHasherDefault::new())),
            instances: Mutex::new(Vec::new()),
        }
    }

    /// Calls the kernel.
    ///
    /// For generated code only: the kernel's tree must be that of a function from `A` to `R`,
    /// and a generic kernel must give what the tree names for these types.
    ///
    /// # Errors
    /// If the kernel cannot be compiled for these types, or panics.
    // Out of line, the arguments would go through memory in pieces that the processor cannot
    // forward to its loads, which doubles the cost.
    #[doc(hidden)]
    #[inline(always)]
    pub fn call<A: Arguments, R: Ret>(
        &self,
        resolve: Option<Resolve>,
        mut args: A,
    ) -> Result<R, Error> {
        let mut layouts = Layouts::default();
        let slots = args.pack(&mut layouts);
        let route = match self.find(describe::<A, R>, resolve, layouts.bits) {
            Some(route) => route,
            None => self.route(describe::<A, R>, resolve, layouts.bits)?,
        };
        if route.asks_context {
            // SAFETY: as below.
            return unsafe { route.call_with_context::<R>((&raw const slots).cast()) };
        }
        let mut context = MaybeUninit::<Context>::uninit();
        let mut results = MaybeUninit::<R::Slots>::uninit();
        let lent = context.as_mut_ptr();
        // SAFETY: the slots are those of the signature that the entry was compiled for; `args`
        // keeps what they point to alive and, by its borrows, valid and unaliased; there is
        // room for all results, and nothing is asked of the context.
        let status =
            unsafe { (route.entry)(lent, (&raw const slots).cast(), results.as_mut_ptr().cast()) };
        if status != 0 {
            // SAFETY: the code does not ask for the context, so it has panicked.
            return Err(unsafe { route.failure(status, lent) });
        }
        // SAFETY: on success all results are written, as the signature says.
        Ok(unsafe { R::unpack(results.assume_init(), &mut Allocations::none()) })
    }

    /// The code of a call or a loop, if it is compiled. The first key is looked at in the caller,
    /// so that most calls end there.
    // The parts of the key stay in registers this way.
    #[inline]
    pub(crate) fn find(
        &self,
        describe: Describe,
        resolve: Option<Resolve>,
        layouts: u64,
    ) -> Option<&'static Route> {
        let route = self.first[0].load(Ordering::Acquire);
        // SAFETY: a route is published complete and lives for ever.
        let route = unsafe { route.cast_const().as_ref() }?;
        if route.key == Key::new(describe, resolve, layouts) {
            return Some(route);
        }
        self.find_other(describe, resolve, layouts)
    }

    #[inline(never)]
    fn find_other(
        &self,
        describe: Describe,
        resolve: Option<Resolve>,
        layouts: u64,
    ) -> Option<&'static Route> {
        let key = Key::new(describe, resolve, layouts);
        for slot in &self.first[1..] {
            // SAFETY: as in `find`.
            let route = unsafe { slot.load(Ordering::Acquire).cast_const().as_ref() }?;
            if route.key == key {
                return Some(route);
            }
        }
        self.others.read().unwrap_or_else(PoisonError::into_inner).get(&key).copied()
    }

    /// Describes and compiles a call, and publishes its code.
    #[cold]
    #[inline(never)]
    fn route(
        &self,
        describe: Describe,
        resolve: Option<Resolve>,
        layouts: u64,
    ) -> Result<&'static Route, Error> {
        self.warm_up()?;
        let mut instance = self.instance(describe, resolve);
        let mut classes = Layouts { bits: layouts, count: 0 };
        for arg in &mut instance.signature.args {
            set_layout(arg, || classes.take());
        }
        let wanted = Wanted { instance, around: Around::Nothing };
        self.route_to(Key::new(describe, resolve, layouts), wanted)
    }

    /// How much has been asked for.
    pub(crate) fn count(&self) -> usize {
        self.instances().len()
    }

    /// The code of a loop around the kernel: `describe` and `bits` tell it from all others, and
    /// from calls of the kernel; `wanted` says what it is if it has to be compiled.
    #[inline]
    pub(crate) fn loop_route(
        &self,
        describe: Describe,
        resolve: Option<Resolve>,
        bits: u64,
        wanted: impl FnOnce(Instance) -> Wanted,
    ) -> Result<&'static Route, Error> {
        if let Some(route) = self.find(describe, resolve, bits) {
            return Ok(route);
        }
        self.warm_up()?;
        let wanted = wanted(self.instance(describe, resolve));
        self.route_to(Key::new(describe, resolve, bits), wanted)
    }

    #[cold]
    fn route_to(&self, key: Key, wanted: Wanted) -> Result<&'static Route, Error> {
        let compiled = self.compiled(wanted)?;
        let artifact = &compiled.artifact;
        let (entry, asks_context) = (artifact.entry(), artifact.asks_context());
        let route = Route { key, entry, asks_context, compiled };
        Ok(self.publish(route))
    }

    /// The instance of a call, its arrays of layout C.
    pub(crate) fn instance(&self, describe: Describe, resolve: Option<Resolve>) -> Instance {
        let Resolved { generics, captures, types } = match resolve {
            Some(resolve) => resolve(),
            None => Resolved {
                generics: Vec::new(),
                captures: (self.source.captures)(),
                types: (self.source.types)(),
            },
        };
        let (args, result) = describe();
        Instance { signature: Signature { args, generics, result }, captures, types }
    }

    /// Makes a route known, unless another thread was faster.
    fn publish(&self, route: Route) -> &'static Route {
        // Held while the array is filled, too, so that no two threads fill one place.
        let mut others = self.others.write().unwrap_or_else(PoisonError::into_inner);
        for slot in &self.first {
            let known = slot.load(Ordering::Acquire);
            // SAFETY: as in `find`.
            match unsafe { known.cast_const().as_ref() } {
                Some(known) if known.key == route.key => return known,
                Some(_) => {}
                None => {
                    let route: &'static Route = Box::leak(Box::new(route));
                    slot.store(ptr::from_ref(route).cast_mut(), Ordering::Release);
                    return route;
                }
            }
        }
        others.entry(route.key).or_insert_with(|| Box::leak(Box::new(route)))
    }

    /// The code that is wanted, compiled by whoever comes first.
    pub(crate) fn compiled(&self, wanted: Wanted) -> Result<&'static Compiled, Error> {
        let (slot, number) = {
            let mut instances = self.instances();
            let known = instances.iter().position(|(known, _)| *known == wanted);
            let at = known.unwrap_or_else(|| {
                instances.push((wanted.clone(), Slot::default()));
                instances.len() - 1
            });
            (instances[at].1.clone(), at + 1)
        };
        let outcome = slot.get_or_init(|| {
            let compiled = compile(self.source, &wanted, self.build, self.backend, number)?;
            Ok(Box::leak(Box::new(compiled)))
        });
        outcome.clone().map_err(Error::from)
    }

    fn instances(&self) -> MutexGuard<'_, Vec<(Wanted, Slot)>> {
        self.instances.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Compiles a signature without calling it. `layouts` has the class of each argument that
    /// is an array; those it leaves out are of layout C.
    ///
    /// # Errors
    /// If the kernel cannot be compiled for these types.
    #[doc(hidden)]
    pub fn compile<A: Arguments, R: Ret>(
        &self,
        resolve: Option<Resolve>,
        layouts: &[Option<Layout>],
    ) -> Result<(), Error> {
        let mut instance = self.instance(describe::<A, R>, resolve);
        let given = layouts.iter().chain(std::iter::repeat(&None));
        for (arg, layout) in instance.signature.args.iter_mut().zip(given) {
            set_layout(arg, || layout.unwrap_or(Layout::C));
        }
        self.compiled(Wanted { instance, around: Around::Nothing }).map(|_| ())
    }

    /// Compiles the signatures that the attribute lists, if no one has begun to.
    ///
    /// # Errors
    /// If one of them cannot be compiled.
    pub fn warm_up(&self) -> Result<(), Error> {
        match self.eager {
            Some(eager) if !self.warm.swap(true, Ordering::AcqRel) => eager(),
            _ => Ok(()),
        }
    }

    /// What the kernel was made from.
    pub fn source(&self) -> &'static KernelSource {
        self.source
    }

    /// What is compiled, in the order it was asked for.
    fn all_compiled(&self) -> Vec<&'static Compiled> {
        let slots = self.instances();
        slots.iter().filter_map(|(_, slot)| slot.get()?.as_ref().ok().copied()).collect()
    }

    /// The signatures compiled so far; of a universal function, those of its kernel.
    pub fn signatures(&self) -> Vec<Signature> {
        let mut signatures: Vec<Signature> = Vec::new();
        for (wanted, slot) in self.instances().iter() {
            let signature = &wanted.instance.signature;
            let is_compiled = slot.get().is_some_and(Result::is_ok);
            if is_compiled && !signatures.contains(signature) {
                signatures.push(signature.clone());
            }
        }
        signatures
    }

    /// The optimised intermediate form of each signature compiled so far.
    pub fn ir(&self) -> String {
        let mut text = String::new();
        self.all_compiled().iter().for_each(|compiled| compiled.write_ir(&mut text));
        text
    }

    /// The machine code of each signature compiled so far, as assembly text.
    pub fn asm(&self) -> String {
        let mut text = String::new();
        self.all_compiled().iter().for_each(|compiled| compiled.write_assembly(&mut text));
        text
    }

    /// What became of the loops of each signature compiled so far, and why.
    pub fn explain(&self) -> Explanation {
        let all = self.all_compiled();
        Explanation { signatures: all.iter().map(|one| one.explanation.clone()).collect() }
    }

    /// Figures of what is compiled so far.
    pub fn stats(&self) -> Stats {
        let all = self.all_compiled();
        let outcomes = || all.iter().flat_map(|compiled| compiled.artifact.loops());
        let refused = |outcome: &&LoopOutcome| outcome.code.is_err() || outcome.narrowed.is_some();
        Stats {
            compiled: all.len(),
            compile_time: all.iter().map(|compiled| compiled.time).sum(),
            code_bytes: all.iter().map(|compiled| compiled.artifact.code_size()).sum(),
            vector_loops: outcomes().filter(|outcome| outcome.code.is_ok()).count(),
            refused_loops: outcomes().filter(refused).count(),
        }
    }
}

impl fmt::Debug for Dispatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dispatcher")
            .field("kernel", &self.source.name)
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}

/// Puts the class of an array into its type, if it is of a type that tells one.
pub(crate) fn set_layout(ty: &mut Type, class: impl FnOnce() -> Layout) {
    if tells_layout(ty)
        && let Type::Array(array) = ty
    {
        array.layout = class();
    }
}

//! Makes a failing case smaller as long as it fails in the same way.
//!
//! Statements are taken away or replaced by those inside them, expressions by constants or by
//! parts of themselves that are of the same type, arguments by simpler ones. What no longer
//! resolves is not tried; what no longer compiles does not fail in the same way.

use crate::case::Case;
use crate::run::Failure;
use crate::tree::{Node, Piece, literal};
use mambo_ir::{Const, Type};

/// How many candidates are tried at most.
const TRIES: usize = 6000;

/// Where a node is: the piece to take at each level.
type Path = Vec<usize>;

/// The smallest case found that fails as `failure` says.
pub(crate) fn shrink(case: &Case, failure: &Failure) -> (Case, Failure) {
    let fails = |case: &Case| case.check().is_err_and(|found| found.is_like(failure));
    let best = shrink_with(case, &fails);
    let failure = best.check().err().unwrap_or_else(|| failure.clone());
    (best, failure)
}

/// The smallest case found that `fails`, as `case` does.
pub(crate) fn shrink_with(case: &Case, fails: &dyn Fn(&Case) -> bool) -> Case {
    let mut shrinker = Shrinker { best: case.clone(), fails, left: TRIES };
    for at in (0..shrinker.best.calls.len()).rev() {
        let mut smaller = shrinker.best.clone();
        smaller.calls = vec![case.calls[at].clone()];
        if shrinker.accept(smaller) {
            break;
        }
    }
    while shrinker.round() {}
    shrinker.best
}

struct Shrinker<'a> {
    best: Case,
    fails: &'a dyn Fn(&Case) -> bool,
    left: usize,
}

impl Shrinker<'_> {
    /// Takes over a case if it fails in the same way.
    fn accept(&mut self, case: Case) -> bool {
        if self.left == 0 || !case.program.resolves() {
            return false;
        }
        self.left -= 1;
        let fails = (self.fails)(&case);
        if fails {
            self.best = case;
        }
        fails
    }

    /// Tries every way to make the case smaller once. Whether one worked.
    fn round(&mut self) -> bool {
        let statements = self.drop_statements();
        let nodes = self.replace_nodes();
        let params = self.drop_params();
        let args = self.simplify_args();
        (statements || nodes || params || args) && self.left > 0
    }

    fn drop_statements(&mut self) -> bool {
        let mut smaller = false;
        let mut at = 0;
        loop {
            let paths = paths(&self.best.program.body, &|node| node.is_stmt);
            let Some(path) = paths.get(at) else { return smaller };
            let mut case = self.best.clone();
            replace(&mut case.program.body, path, &[]);
            let mut done = self.accept(case);
            if !done {
                // The statements inside may be enough.
                let inner = nodes_in(get(&self.best.program.body, path), &|node| node.is_stmt);
                if !inner.is_empty() {
                    let mut case = self.best.clone();
                    replace(&mut case.program.body, path, &inner);
                    done = self.accept(case);
                }
            }
            smaller |= done;
            at += usize::from(!done);
        }
    }

    fn replace_nodes(&mut self) -> bool {
        let mut smaller = false;
        let mut at = 0;
        loop {
            let paths = paths(&self.best.program.body, &|node| node.ty.is_some());
            let Some(path) = paths.get(at) else { return smaller };
            let node = get(&self.best.program.body, path).clone();
            let done = candidates(&node).into_iter().any(|candidate| {
                let mut case = self.best.clone();
                replace(&mut case.program.body, path, &[candidate]);
                self.accept(case)
            });
            smaller |= done;
            at += usize::from(!done);
        }
    }

    fn drop_params(&mut self) -> bool {
        let mut smaller = false;
        for at in (0..self.best.program.params.len()).rev() {
            let name = self.best.program.params[at].name;
            if !self.best.program.body.uses(name) {
                let mut case = self.best.clone();
                case.program.params.remove(at);
                case.calls.iter_mut().for_each(|args| {
                    args.remove(at);
                });
                smaller |= self.accept(case);
            }
        }
        smaller
    }

    fn simplify_args(&mut self) -> bool {
        let mut smaller = false;
        for call in 0..self.best.calls.len() {
            for at in 0..self.best.calls[call].len() {
                let mut again = true;
                while again {
                    let simpler = self.best.calls[call][at].simpler();
                    again = simpler.into_iter().any(|argument| {
                        let mut case = self.best.clone();
                        case.calls[call][at] = argument;
                        self.accept(case)
                    });
                    smaller |= again;
                }
            }
        }
        smaller
    }
}

/// What may stand for an expression, the simplest first; nothing for what is simple.
fn candidates(node: &Node) -> Vec<Node> {
    let Some(ty) = &node.ty else { return Vec::new() };
    let mut candidates = Vec::new();
    let is_literal =
        node.pieces.iter().all(|piece| matches!(piece, Piece::Text(_) | Piece::Suffix(..)));
    if let Type::Scalar(dtype) = ty {
        let own: String = format!("{:?}", node.pieces);
        for value in [Const::zero(*dtype), Const::one(*dtype)] {
            let simple = literal(value, false);
            if format!("{:?}", simple.pieces) == own {
                break;
            }
            candidates.push(simple);
        }
    }
    if is_literal {
        return candidates;
    }
    for mut inner in nodes_in(node, &|inner| inner.ty.as_ref() == Some(ty)) {
        inner.show_suffixes();
        candidates.push(inner);
    }
    candidates
}

/// The outermost nodes inside `node` that `accept` takes.
fn nodes_in(node: &Node, accept: &dyn Fn(&Node) -> bool) -> Vec<Node> {
    node.children()
        .flat_map(|child| match accept(child) {
            true => vec![child.clone()],
            false => nodes_in(child, accept),
        })
        .collect()
}

/// The places of all nodes that `accept` takes, outer ones first.
fn paths(root: &Node, accept: &dyn Fn(&Node) -> bool) -> Vec<Path> {
    fn walk(node: &Node, accept: &dyn Fn(&Node) -> bool, path: &mut Path, out: &mut Vec<Path>) {
        for (at, piece) in node.pieces.iter().enumerate() {
            if let Piece::Node(child) = piece {
                path.push(at);
                if accept(child) {
                    out.push(path.clone());
                }
                walk(child, accept, path, out);
                path.pop();
            }
        }
    }
    let mut out = Vec::new();
    walk(root, accept, &mut Vec::new(), &mut out);
    out
}

fn get<'a>(root: &'a Node, path: &[usize]) -> &'a Node {
    path.iter().fold(root, |node, at| match &node.pieces[*at] {
        Piece::Node(child) => child,
        _ => unreachable!("paths lead to nodes"),
    })
}

/// Puts `nodes` where the node at `path` is.
fn replace(root: &mut Node, path: &[usize], nodes: &[Node]) {
    let Some((last, outer)) = path.split_last() else { return };
    let parent = outer.iter().fold(root, |node, at| match &mut node.pieces[*at] {
        Piece::Node(child) => child,
        _ => unreachable!("paths lead to nodes"),
    });
    parent.pieces.splice(*last..=*last, nodes.iter().cloned().map(Piece::Node));
}

//! What the shapes of the operands of a generalized universal function say together: the loop
//! dimensions, the lengths of the core dimensions, and what does not go together.

use super::axes::{CoreAxes, Which};
use super::layout::CoreLayout;
use crate::ufunc::broadcast::{Clash, fits, join};
use crate::ufunc::operand::RawOperand;

/// An operand, its core apart from its loop dimensions; strides count elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parted {
    pub(super) loops: Vec<usize>,
    pub(super) loop_strides: Vec<isize>,
    pub(super) core: Vec<usize>,
    pub(super) core_strides: Vec<isize>,
}

impl Parted {
    /// The operand as it is without its core.
    pub(super) fn looped<'a>(&'a self, raw: &RawOperand<'a>) -> RawOperand<'a> {
        RawOperand { dims: &self.loops, strides: &self.loop_strides, ..*raw }
    }
}

/// What is found about the shapes, one operand after the other.
pub(super) struct Shapes<'a> {
    layout: &'a CoreLayout,
    axes: &'a CoreAxes,
    /// The length of each core dimension, and the operand that told it.
    sizes: Vec<Option<(usize, Option<usize>)>>,
    /// Optional core dimensions that operands lack.
    missing: Vec<bool>,
}

/// What is wrong, in words.
pub(super) type Fault = String;

impl<'a> Shapes<'a> {
    /// Nothing is known but fixed lengths; `inputs` tell which optional dimensions are missing.
    pub(super) fn new(
        layout: &'a CoreLayout,
        axes: &'a CoreAxes,
        inputs: &[RawOperand<'_>],
    ) -> Result<Self, Fault> {
        let sizes = layout.dims.iter().map(|dim| dim.fixed.map(|len| (len, None))).collect();
        let missing = vec![false; layout.dims.len()];
        let mut shapes = Shapes { layout, axes, sizes, missing };
        shapes.check_axes()?;
        for (operand, raw) in inputs.iter().enumerate() {
            for &dim in layout.operands[operand] {
                if raw.dims.len() < shapes.core_axes(operand)
                    && layout.dims[usize::from(dim)].optional
                {
                    shapes.missing[usize::from(dim)] = true;
                    shapes.sizes[usize::from(dim)] = Some((1, None));
                }
            }
        }
        Ok(shapes)
    }

    /// How many axes of an operand are core dimensions.
    fn core_axes(&self, operand: usize) -> usize {
        self.layout.operands[operand].iter().filter(|dim| !self.missing[usize::from(**dim)]).count()
    }

    /// Whether what is asked of the axes makes sense for the layout.
    fn check_axes(&self) -> Result<(), Fault> {
        let layout = self.layout;
        let cores = || layout.operands.iter().filter(|dims| !dims.is_empty());
        if let Which::One(_) = self.axes.which
            && cores().any(|dims| **dims != [0])
        {
            return Err(format!(
                "`CoreAxes::axis` is for layouts with one core dimension, and this one is {}: use \
                 `CoreAxes::axes`",
                layout.text
            ));
        }
        if let Which::Each(each) = &self.axes.which {
            let outputs_may_lack = layout.operands[layout.inputs..].iter().all(|d| d.is_empty());
            let enough = each.len() == layout.operands.len()
                || each.len() == layout.inputs && outputs_may_lack;
            if !enough {
                return Err(format!(
                    "axes are given for {} operands, and the layout {} has {}",
                    each.len(),
                    layout.text,
                    layout.operands.len()
                ));
            }
        }
        let (inputs, outputs) = layout.operands.split_at(layout.inputs);
        let alike = inputs.iter().all(|dims| dims.len() == inputs[0].len());
        if self.axes.keepdims && (!alike || outputs.iter().any(|dims| !dims.is_empty())) {
            return Err(format!(
                "`keepdims` is for layouts whose inputs have equally many core dimensions and \
                 whose outputs have none, and this one is {}",
                layout.text
            ));
        }
        Ok(())
    }

    /// The core axes of an operand of so many axes, in the order of its core dimensions; of those
    /// of an output whose reduced axes are kept, these.
    fn axes_of(&self, operand: usize, rank: usize) -> Result<Vec<usize>, Fault> {
        let kept = self.axes.keepdims && operand >= self.layout.inputs;
        let count = if kept { self.core_axes(0) } else { self.core_axes(operand) };
        let name = self.layout.names[operand];
        if rank < count {
            return Err(format!(
                "`{name}` has {rank} axes, and its core dimensions {} are {count} (layout {})",
                self.layout.core_text(operand),
                self.layout.text
            ));
        }
        let given: Vec<isize> = match &self.axes.which {
            Which::One(axis) if count == 1 => vec![*axis],
            Which::Each(each) => match each.get(operand) {
                Some(axes) if !axes.is_empty() || count == 0 => axes.clone(),
                _ if kept => each[0].clone(),
                _ => vec![],
            },
            _ => return Ok((rank - count..rank).collect()),
        };
        if given.len() != count {
            return Err(format!(
                "{} axes are given for `{name}`, and its core dimensions {} are {count} (layout {})",
                given.len(),
                self.layout.core_text(operand),
                self.layout.text
            ));
        }
        let mut axes: Vec<usize> = Vec::with_capacity(count);
        for axis in given {
            let counted = if axis < 0 { axis + rank as isize } else { axis };
            if !(0..rank as isize).contains(&counted) {
                return Err(format!("there is no axis {axis} of `{name}`, which has {rank} axes"));
            }
            if axes.contains(&(counted as usize)) {
                return Err(format!("axis {axis} of `{name}` is given twice: name each axis once"));
            }
            axes.push(counted as usize);
        }
        Ok(axes)
    }

    /// Takes an operand apart, and learns the lengths of core dimensions from it.
    pub(super) fn part(&mut self, operand: usize, raw: &RawOperand<'_>) -> Result<Parted, Fault> {
        let core_axes = self.axes_of(operand, raw.dims.len())?;
        let mut parted =
            Parted { loops: vec![], loop_strides: vec![], core: vec![], core_strides: vec![] };
        for axis in (0..raw.dims.len()).filter(|axis| !core_axes.contains(axis)) {
            parted.loops.push(raw.dims[axis]);
            parted.loop_strides.push(raw.strides[axis]);
        }
        if self.axes.keepdims && operand >= self.layout.inputs {
            if let Some(&axis) = core_axes.iter().find(|axis| raw.dims[**axis] != 1) {
                return Err(format!(
                    "axis {axis} of `{}` has the length {}, and reduced axes that are kept have 1",
                    self.layout.names[operand], raw.dims[axis]
                ));
            }
            return Ok(parted);
        }
        let mut own = core_axes.into_iter();
        for &dim in self.layout.operands[operand] {
            let dim = usize::from(dim);
            let axis = if self.missing[dim] { None } else { own.next() };
            let (len, stride) = axis.map_or((1, 0), |axis| (raw.dims[axis], raw.strides[axis]));
            self.learn(dim, len, operand)?;
            parted.core.push(len);
            parted.core_strides.push(stride);
        }
        Ok(parted)
    }

    fn learn(&mut self, dim: usize, len: usize, operand: usize) -> Result<(), Fault> {
        let Some((known, from)) = self.sizes[dim] else {
            self.sizes[dim] = Some((len, Some(operand)));
            return Ok(());
        };
        if known == len {
            return Ok(());
        }
        let CoreLayout { names, dims, text, .. } = self.layout;
        let (name, own) = (dims[dim].name, names[operand]);
        Err(match from {
            Some(from) if from == operand => format!(
                "`{own}` has the lengths {known} and {len} along its core dimension `{name}`: \
                 they must be equal (layout {text})"
            ),
            Some(from) => format!(
                "core dimension `{name}` is {known} in `{}` and {len} in `{own}`: they must be \
                 equal (layout {text})",
                names[from]
            ),
            None => {
                format!("core dimension {known} of `{own}` has the length {len} (layout {text})")
            }
        })
    }

    /// The lengths of all core dimensions, those that only outputs have included.
    pub(super) fn sizes(&self) -> Vec<usize> {
        let mut all: Vec<usize> =
            self.sizes.iter().map(|size| size.map_or(0, |size| size.0)).collect();
        let fresh = |dim: usize| self.sizes[dim].is_none() && self.layout.dims[dim].of_outputs;
        if (0..all.len()).any(fresh) {
            let mut told = all.clone();
            (self.layout.sizes)(&mut told);
            (0..all.len()).filter(|&dim| fresh(dim)).for_each(|dim| all[dim] = told[dim]);
        }
        all
    }

    /// The shape of an output with these loop dimensions.
    pub(super) fn output(&self, operand: usize, loops: &[usize]) -> Result<Vec<usize>, Fault> {
        let sizes = self.sizes();
        let core: Vec<usize> = match self.axes.keepdims {
            true => vec![1; self.core_axes(0)],
            false => self.layout.operands[operand]
                .iter()
                .filter(|dim| !self.missing[usize::from(**dim)])
                .map(|&dim| sizes[usize::from(dim)])
                .collect(),
        };
        let rank = loops.len() + core.len();
        let axes = self.axes_of(operand, rank)?;
        let mut dims = vec![0; rank];
        let mut left = loops.iter();
        for (axis, len) in dims.iter_mut().enumerate() {
            *len = match axes.iter().position(|&core_axis| core_axis == axis) {
                Some(at) => core[at],
                None => left.next().copied().unwrap_or(1),
            };
        }
        Ok(dims)
    }

    /// The loop dimensions of operands together, of which those that are written tell theirs.
    pub(super) fn loops(
        &self,
        operands: &[RawOperand<'_>],
        written: &[bool],
    ) -> Result<Vec<usize>, Fault> {
        let Some(target) = written.iter().position(|written| *written) else {
            let joined = join(operands).map(|dims| dims.to_vec());
            return joined.map_err(|clash| self.clash(operands, clash, None));
        };
        for number in (0..operands.len()).filter(|number| *number != target) {
            let same = !written[number] || operands[number].dims == operands[target].dims;
            let fitting = match fits(operands, number, target) {
                Ok(()) if !same => Err(Clash { operands: (target, number), from_last: 1 }),
                fitting => fitting,
            };
            fitting.map_err(|clash| self.clash(operands, clash, Some(target)))?;
        }
        Ok(operands[target].dims.to_vec())
    }

    fn clash(&self, operands: &[RawOperand<'_>], clash: Clash, target: Option<usize>) -> Fault {
        let (first, second) = clash.operands;
        let (a, b) = if target.is_some() { (second, first) } else { (first, second) };
        let CoreLayout { names, text, .. } = self.layout;
        let verb = match target {
            Some(_) => "cannot be broadcast to",
            None => "and",
        };
        let end = if target.is_some() { "" } else { " cannot be broadcast together" };
        format!(
            "the loop dimensions {:?} of `{}` {verb} {:?} of `{}`{end} (layout {text})",
            operands[a].dims, names[a], operands[b].dims, names[b]
        )
    }
}

//! Angles that lie nearest to multiples of π/2, of all sizes.
//!
//! What is left of them when the multiple is taken off is smallest, so the most digits of the
//! reduction cancel; drawn arguments never come as near. They are found by the continued fraction
//! of `2^n·2/π` (J.-M. Muller, *Elementary Functions*, 2016, §11.3.2).

use crate::functions::{UNARY, promised};
use crate::reference::Reference;
use crate::ulps_of_single;

const DOUBLE: [f64; 59] = [
    45.553093477052,
    91.106186954104,
    182.212373908208,
    364.424747816416,
    14461176.67027838,
    28922353.34055676,
    57844706.68111352,
    2.1684714451092387e20,
    1.7347580914897774e27,
    1.7443663122117048e34,
    3.576149729694266e39,
    7.152299459388533e39,
    1.510677598022888e43,
    6.255105904498092e54,
    3.8281827772588983e59,
    7.656365554517797e59,
    1.617575960472933e67,
    1.5986289000543612e74,
    2.4543579181664426e76,
    1.2522921232904271e83,
    1.1248520745804428e89,
    4.2285610148984246e94,
    7.132301396039746e102,
    2.9065830339938884e109,
    2.8568083223026543e117,
    1.2492703716550282e123,
    1.1799704727080194e132,
    1.2453614190388832e138,
    6.876427452523946e146,
    3.6039459871995015e151,
    1.2638651545286896e161,
    1.8204477481560787e167,
    6.426511099577231e173,
    1.2853022199154463e174,
    1.02775842605251e185,
    6.390152772390869e192,
    1.202644571261221e199,
    9.312926614229972e204,
    1.8625853228459943e205,
    6.777956964043075e212,
    2.732423188048231e218,
    5.564489991773426e228,
    9.861103477336024e231,
    1.4918079000152377e239,
    2.6040750403959338e252,
    5.319372648326541e255,
    1.0638745296653083e256,
    2.1277490593306166e256,
    4.255498118661233e256,
    1.3930726336834465e259,
    2.786145267366893e259,
    5.18911283491168e262,
    2.190936284052825e273,
    4.5104365315514983e279,
    5.828466862870158e282,
    6.778874782198688e290,
    3.924293714572882e298,
    7.848587429145764e298,
    3.104181269033855e307,
];

const SINGLE: [f32; 43] = [
    4.712389,
    9.424778,
    252.89821,
    505.79642,
    1011.59283,
    2238.3848,
    52516.434,
    2709675.5,
    42781604.0,
    6.2004666e08,
    2.1999385e10,
    4.399877e10,
    8.799754e10,
    1.7599508e11,
    1.522789e12,
    3.045578e12,
    6.8295848e13,
    4.0497706e14,
    4.1911604e15,
    1.528269e17,
    6.113076e17,
    3.286793e19,
    2.177699e21,
    1.2841009e22,
    8.117627e22,
    1.6235253e23,
    6.494101e23,
    4.6381834e25,
    9.276367e25,
    1.0341292e27,
    3.1023876e27,
    7.729179e28,
    1.5458358e29,
    3.0916716e29,
    6.183343e29,
    3.7955707e30,
    6.682691e31,
    1.6646993e33,
    4.386558e33,
    6.246897e34,
    7.812328e35,
    1.2614588e38,
    2.5229176e38,
];

#[test]
fn angles_near_multiples_of_a_quarter() {
    let mut reference = Reference::new();
    let of_angles = |name: &str| matches!(name.trim_start_matches("fast_"), "sin" | "cos" | "tan");
    for function in UNARY.iter().filter(|of| of_angles(of.name)) {
        let name = function.name;
        for x in DOUBLE.into_iter().flat_map(|x| [x, -x]) {
            let error = reference.unary(name, x).ulps((function.double)(x)).abs();
            assert!(error <= promised(name), "{name}({x:e}) is off by {error} ULP");
        }
        for x in SINGLE.into_iter().flat_map(|x| [x, -x]) {
            let exact = (function.double)(x.into());
            let error = ulps_of_single((function.single)(x), exact);
            assert!(error <= promised(name), "{name}({x:e}f32) is off by {error} ULP");
        }
    }
}

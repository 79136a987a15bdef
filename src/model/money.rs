//! Amounts of money: integer nano-units, never a float at any point.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::code::Code;
use super::fault::Fault;

/// How many nano-units make a unit of a currency.
pub const NANOS: i64 = 1_000_000_000;

/// An amount in nano-units of the organisation's currency: ±9,223,372,036 units at most, exact to nine decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Amount(i64);

impl Amount {
    /// Nothing.
    pub const ZERO: Amount = Amount(0);

    /// Makes an amount of nano-units.
    pub const fn from_nanos(nanos: i64) -> Self {
        Amount(nanos)
    }

    /// Returns the amount in nano-units.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Adds, or returns `None` beyond what 64 bits hold.
    pub fn checked_add(self, other: Amount) -> Option<Amount> {
        self.0.checked_add(other.0).map(Amount)
    }

    /// Says whether the amount is below zero.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Spells the amount with thousands separated, for people: `13,000.5`.
    pub fn grouped(self) -> String {
        let text = self.to_string();
        let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
        let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
        let mut out = sign.to_owned();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                out.push(',');
            }
            out.push(digit);
        }
        fraction.map_or(out.clone(), |fraction| format!("{out}.{fraction}"))
    }
}

fn malformed(text: &str) -> Fault {
    Fault::new(Code::BadAmount, format!("`{text}` is not an amount")).help(
        "write digits with at most nine decimals, such as 3000 or 0.25: no sign, separator, exponent, base or currency",
    )
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

impl FromStr for Amount {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        let leading_zero = whole.len() > 1 && whole.starts_with('0');
        if !digits(whole) || !digits(fraction) || fraction.len() > 9 || leading_zero {
            return Err(malformed(text));
        }
        let too_large = || {
            Fault::new(Code::AmountTooLarge, format!("`{text}` is larger than an amount can be"))
                .help("an amount is at most 9223372036.854775807 either way")
        };
        let sign = if unsigned.len() == text.len() { "" } else { "-" };
        format!("{sign}{whole}{fraction:0<9}").parse().map(Amount).map_err(|_| too_large())
    }
}

impl TryFrom<String> for Amount {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

impl From<Amount> for String {
    fn from(amount: Amount) -> String {
        amount.to_string()
    }
}

impl fmt::Display for Amount {
    /// Writes the shortest decimal that is exactly this amount: `3000`, `0.25`, `-1.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.unsigned_abs();
        let (whole, fraction) = (magnitude / NANOS.unsigned_abs(), magnitude % NANOS.unsigned_abs());
        let sign = if self.0 < 0 { "-" } else { "" };
        if fraction == 0 {
            return write!(f, "{sign}{whole}");
        }
        let fraction = format!("{fraction:09}");
        write!(f, "{sign}{whole}.{}", fraction.trim_end_matches('0'))
    }
}

impl JsonSchema for Amount {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Amount".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["number", "string"], "format": "amount", "pattern": "^-?[0-9]+([.][0-9]{1,9})?$" })
    }
}

/// The alphabetic codes of ISO 4217 that are money in use.
const CURRENCIES: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD \
    CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG \
    HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK \
    MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD \
    SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND \
    VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

/// Lists the currencies that an organisation may reckon in (ISO 4217).
pub fn currencies() -> impl Iterator<Item = &'static str> {
    CURRENCIES.split_ascii_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_and_print_shortest() {
        for (text, nanos, printed) in [
            ("3000", 3000 * NANOS, "3000"),
            ("0.25", 250_000_000, "0.25"),
            ("1.500", 1_500_000_000, "1.5"),
            ("-0.000000001", -1, "-0.000000001"),
            ("9223372036.854775807", i64::MAX, "9223372036.854775807"),
            ("-0", 0, "0"),
        ] {
            let amount: Amount = text.parse().unwrap();
            assert_eq!((amount.nanos(), amount.to_string().as_str()), (nanos, printed));
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in
            ["", "-", ".5", "5.", "1e3", "0x10", "010", "1_000", "1,000", "+5", "NaN", ".inf", "1.0000000001", "٣"]
        {
            assert_eq!(text.parse::<Amount>().unwrap_err().code, Code::BadAmount, "{text}");
        }
        assert_eq!("9223372036.854775808".parse::<Amount>().unwrap_err().code, Code::AmountTooLarge);
    }

    #[test]
    fn people_read_thousands() {
        assert_eq!("13000.5".parse::<Amount>().unwrap().grouped(), "13,000.5");
        assert_eq!("-999".parse::<Amount>().unwrap().grouped(), "-999");
    }
}

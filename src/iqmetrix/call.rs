//! The three calls, as requests.

use super::format::Format;
use super::imei::Imei;
use super::settings::Settings;
use crate::web::{Filled, Method, PathValue, Request};

/// A call of Data Connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call<'a> {
    /// The companies in partner relationships.
    Companies,
    /// The dealers of companies.
    Dealers,
    /// Devices by IMEI, as one company knows them.
    Devices {
        /// The company.
        company: i64,
        /// The IMEIs, each once.
        imeis: &'a [Imei],
    },
}

impl Call<'_> {
    /// The request of a call whose answer has this format.
    pub(super) fn request(self, settings: &Settings, format: Format) -> Request {
        let Filled { path, shown } = self.path(settings, format);
        Request {
            method: Method::Get,
            url: format!("{}/{path}", settings.url),
            shown: format!("GET {shown}"),
            body: None,
            is_write: false,
            is_answer_private: false,
        }
    }

    fn path(self, settings: &Settings, format: Format) -> Filled {
        let response = format.response().map_or(PathValue::Missing, PathValue::Text);
        let of_list = |placeholder: &str| if placeholder == "response" { response } else { PathValue::Missing };
        match self {
            Self::Companies => settings.paths.companies.fill_sparsely(of_list),
            Self::Dealers => settings.paths.dealers.fill_sparsely(of_list),
            Self::Devices { company, imeis } => {
                let company = company.to_string();
                let imeis = imeis.iter().map(Imei::as_str).collect::<Vec<_>>().join(",");
                settings.paths.imei.fill_sparsely(|placeholder| match placeholder {
                    "company" => PathValue::Text(&company),
                    "imeis" => PathValue::List(&imeis),
                    other => of_list(other),
                })
            }
        }
    }
}

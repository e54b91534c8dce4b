//! The endpoint of each operation: the defaults of the vendor's API, and their replacements in the config.

use std::fmt;

use thiserror::Error;

use crate::web::{Method, PathError, PathTemplate};

/// An operation of IQR's API. The names are those of `[iqr.endpoints]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Opens a session with the API key.
    SessionCreate,
    /// Ends a session.
    SessionEnd,
    /// Reads an asset by its inventory ID.
    InventoryGet,
    /// Sets fields of an asset; sparse.
    InventoryUpdate,
    /// Moves an asset to another master item.
    InventoryItem,
    /// Reads a master item by its ID; only `auth-test` does.
    ItemGet,
    /// Master items by item number; a prefix or contains search.
    ItemSearch,
    /// Creates a master item.
    ItemCreate,
    /// All categories.
    CategoryList,
}

/// The grammar of a request's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `application/json`
    Json,
    /// `application/xml`
    Xml,
}

/// Method, path and format of one operation; checked when made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    method: Method,
    path: PathTemplate,
    format: Format,
}

/// The reason why an endpoint of the config cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// The format is not one that this program knows.
    #[error("`{0}` is not one of json, xml")]
    UnknownFormat(String),
    /// A dry run would not be dry, or a session call would not be one.
    #[error("{operation} cannot be a {method}: {hint}")]
    WrongMethod {
        /// The operation.
        operation: Operation,
        /// The value that the config has.
        method: Method,
        /// The values that are possible.
        hint: &'static str,
    },
    /// Answers and session bodies are JSON only.
    #[error("{0} is understood as json only")]
    JsonOnly(Operation),
    /// The path is empty, absolute, or holds what a URL cannot.
    #[error("`{0}` is not a path relative to the API's base")]
    BadPath(String),
    /// A placeholder that nothing fills.
    #[error("`{{{placeholder}}}` cannot be filled in for {operation}; known here: {known}")]
    UnknownPlaceholder {
        /// The operation.
        operation: Operation,
        /// The text between the braces.
        placeholder: String,
        /// The placeholders that are possible.
        known: String,
    },
    /// Without it every asset would be the same.
    #[error("the path of {operation} lacks `{{{placeholder}}}`")]
    MissingPlaceholder {
        /// The operation.
        operation: Operation,
        /// The placeholder that is missing.
        placeholder: &'static str,
    },
}

const ID: &str = "id";
const ITEM_NUMBER: &str = "item_number";
const MANUFACTURER: &str = "manufacturer";

/// The values of the placeholders of a path.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fill<'a> {
    pub id: &'a str,
    pub item_number: &'a str,
    pub manufacturer: &'a str,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::SessionCreate,
        Self::SessionEnd,
        Self::InventoryGet,
        Self::InventoryUpdate,
        Self::InventoryItem,
        Self::ItemGet,
        Self::ItemSearch,
        Self::ItemCreate,
        Self::CategoryList,
    ];

    /// The key in `[iqr.endpoints]`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SessionCreate => "session_create",
            Self::SessionEnd => "session_end",
            Self::InventoryGet => "inventory_get",
            Self::InventoryUpdate => "inventory_update",
            Self::InventoryItem => "inventory_item",
            Self::ItemGet => "item_get",
            Self::ItemSearch => "item_search",
            Self::ItemCreate => "item_create",
            Self::CategoryList => "category_list",
        }
    }

    /// Whether it changes what IQR knows of the shop; opening and ending a session does not.
    #[must_use]
    pub fn is_write(self) -> bool {
        match self {
            Self::InventoryUpdate | Self::InventoryItem | Self::ItemCreate => true,
            Self::SessionCreate
            | Self::SessionEnd
            | Self::InventoryGet
            | Self::ItemGet
            | Self::ItemSearch
            | Self::CategoryList => false,
        }
    }

    /// Returns the placeholder that must occur in the path.
    fn needs(self) -> Option<&'static str> {
        match self {
            Self::InventoryGet | Self::ItemGet => Some(ID),
            Self::ItemSearch => Some(ITEM_NUMBER),
            Self::SessionCreate
            | Self::SessionEnd
            | Self::InventoryUpdate
            | Self::InventoryItem
            | Self::ItemCreate
            | Self::CategoryList => None,
        }
    }

    /// Returns the placeholders that the path may have.
    fn placeholders(self) -> &'static [&'static str] {
        match self {
            Self::SessionCreate | Self::SessionEnd | Self::CategoryList => &[],
            Self::InventoryGet | Self::InventoryUpdate | Self::ItemGet => &[ID],
            Self::InventoryItem => &[ID, ITEM_NUMBER, MANUFACTURER],
            Self::ItemSearch | Self::ItemCreate => &[ITEM_NUMBER, MANUFACTURER],
        }
    }

    fn check_method(self, method: Method) -> Result<(), &'static str> {
        use Method::{Delete, Get, Patch, Post, Put};
        let (fitting, words): (&[Method], _) = match self {
            Self::SessionCreate => (&[Post, Put], "POST or PUT"),
            Self::SessionEnd => (&[Delete, Post], "DELETE or POST"),
            Self::InventoryUpdate | Self::InventoryItem | Self::ItemCreate => {
                (&[Post, Put, Patch], "POST, PUT or PATCH")
            }
            Self::InventoryGet | Self::ItemGet | Self::ItemSearch | Self::CategoryList => {
                (&[Get], "a read is a GET, so that a dry run is one")
            }
        };
        if fitting.contains(&method) { Ok(()) } else { Err(words) }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Format {
    /// Reads a format, in any letter case.
    ///
    /// # Errors
    ///
    /// [`EndpointError::UnknownFormat`].
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        match text {
            _ if text.eq_ignore_ascii_case("json") => Ok(Self::Json),
            _ if text.eq_ignore_ascii_case("xml") => Ok(Self::Xml),
            _ => Err(EndpointError::UnknownFormat(text.to_owned())),
        }
    }

    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Xml => "application/xml",
        }
    }
}

impl Endpoint {
    /// Checks an endpoint. `path` is relative to `{api_url}/webapi.svc/`, that of a session call to `signin_url`.
    ///
    /// # Errors
    ///
    /// Everything that would only be noticed by the first asset: see [`EndpointError`].
    pub fn new(operation: Operation, method: Method, path: &str, format: Format) -> Result<Self, EndpointError> {
        operation.check_method(method).map_err(|hint| EndpointError::WrongMethod { operation, method, hint })?;
        if format == Format::Xml && !operation.is_write() {
            return Err(EndpointError::JsonOnly(operation));
        }
        let path = self::path(operation, path)?;
        if let Some(placeholder) = operation.needs().filter(|needed| !path.has(needed)) {
            return Err(EndpointError::MissingPlaceholder { operation, placeholder });
        }
        Ok(Self { method, path, format })
    }

    /// Returns the method.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// The grammar of its body.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The path as a config writes it, placeholders and all.
    #[must_use]
    pub fn path_template(&self) -> String {
        self.path.to_string()
    }

    /// The path with its placeholders filled in, URL-encoded.
    pub(super) fn path(&self, fill: Fill<'_>) -> String {
        self.path.fill(|placeholder| match placeholder {
            ID => fill.id,
            ITEM_NUMBER => fill.item_number,
            MANUFACTURER => fill.manufacturer,
            other => unreachable!("no operation has the placeholder {other}"),
        })
    }
}

fn path(operation: Operation, path: &str) -> Result<PathTemplate, EndpointError> {
    let known = operation.placeholders();
    PathTemplate::parse(path, known).map_err(|error| match error {
        PathError::Bad => EndpointError::BadPath(path.to_owned()),
        PathError::UnknownPlaceholder(placeholder) => EndpointError::UnknownPlaceholder {
            operation,
            placeholder,
            known: match known {
                [] => "none".to_owned(),
                known => format!("{{{}}}", known.join("}, {")),
            },
        },
    })
}

/// The endpoint of every operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints([Endpoint; Operation::ALL.len()]);

impl Endpoints {
    /// The endpoint of an operation.
    #[must_use]
    pub fn get(&self, operation: Operation) -> &Endpoint {
        &self.0[operation as usize]
    }

    /// Puts another in its place.
    pub fn set(&mut self, operation: Operation, endpoint: Endpoint) {
        self.0[operation as usize] = endpoint;
    }
}

impl Default for Endpoints {
    /// Returns the endpoints that the vendor documents.
    fn default() -> Self {
        let write = |path| unchecked(Method::Post, path, None, Format::Xml);
        let read = |path, slot| unchecked(Method::Get, path, slot, Format::Json);
        let session = |method| unchecked(method, "api/IntegrationAPI/Session", None, Format::Json);
        Self([
            session(Method::Post),
            session(Method::Delete),
            read("Inventory/JSON/GetInventoryById?Id=", Some(ID)),
            write("Inventories/Update/XML"),
            write("Inventory/ChangeItemNumberMFGR/XML"),
            read("MI/JSON/GetItemByItemId?ItemId=", Some(ID)),
            read("MI/JSON/GetItemsByItemNumber?ItemNumber=", Some(ITEM_NUMBER)),
            write("MI/Create/XML"),
            read("Category/JSON/GetCategories", None),
        ])
    }
}

fn unchecked(method: Method, path: &str, placeholder: Option<&'static str>, format: Format) -> Endpoint {
    Endpoint { method, path: PathTemplate::new(path, placeholder), format }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(operation: Operation, path: &str) -> Result<Endpoint, EndpointError> {
        Endpoint::new(operation, Method::Get, path, Format::Json)
    }

    #[test]
    fn builds_defaults_as_checked_constructor_does() {
        let endpoints = Endpoints::default();
        for operation in Operation::ALL {
            let endpoint = endpoints.get(operation);
            let fill = Fill { id: "{id}", item_number: "{item_number}", manufacturer: "{manufacturer}" };
            let path = endpoint.path(fill).replace("%7B", "{").replace("%7D", "}");
            let checked = Endpoint::new(operation, endpoint.method(), &path, endpoint.format()).unwrap();
            assert_eq!(checked.path(fill), endpoint.path(fill));
        }
    }

    #[test]
    fn confines_fill_to_its_placeholder() {
        let endpoint = get(Operation::ItemSearch, "/MI/{item_number}/x?m={manufacturer}").unwrap();
        let fill = Fill { item_number: "A/B ?#&+é", manufacturer: "", ..Fill::default() };
        assert_eq!(endpoint.path(fill), "MI/A%2FB%20%3F%23%26%2B%C3%A9/x?m=");
    }

    #[test]
    fn refuses_endpoint_that_cannot_work() {
        let read = Operation::InventoryGet;
        for path in ["", "/", "//evil/{id}", "http://evil/{id}", "a b{id}", "a{id}#x", "a{id", "a}{id}", "é{id}"] {
            assert!(matches!(get(read, path), Err(EndpointError::BadPath(_))), "{path}");
        }
        assert!(matches!(get(read, "x?Id={id}&n={name}"), Err(EndpointError::UnknownPlaceholder { .. })));
        assert!(matches!(get(read, "x?Id={id}&n={item_number}"), Err(EndpointError::UnknownPlaceholder { .. })));
        assert!(matches!(get(read, "x"), Err(EndpointError::MissingPlaceholder { .. })));
        assert!(matches!(get(Operation::InventoryUpdate, "x"), Err(EndpointError::WrongMethod { .. })));
        let post = Endpoint::new(read, Method::Post, "x?{id}", Format::Json);
        assert!(matches!(post, Err(EndpointError::WrongMethod { .. })));
        let xml = Endpoint::new(read, Method::Get, "x?{id}", Format::Xml);
        assert_eq!(xml, Err(EndpointError::JsonOnly(read)));
        assert!(Method::parse("FETCH").is_none() && Format::parse("yaml").is_err());
        assert_eq!(Method::parse("get"), Some(Method::Get));
    }
}

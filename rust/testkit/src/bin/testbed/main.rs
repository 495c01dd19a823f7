//! A source and a target server for demos, tests and benchmarks: prints where they are, changes the source on request,
//! and lives until its standard input closes.
#![allow(clippy::print_stdout, reason = "standard output is how it talks to its parent")]

mod arguments;
mod bed;
mod request;
mod server;
mod tokens;

use std::io::{self, BufRead};
use std::process::ExitCode;

use serde_json::json;

use arguments::{Arguments, HELP};
use bed::Bed;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{}", json!({ "error": error.to_string() }));
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<()> {
    let Some(arguments) = Arguments::parse().map_err(io::Error::other)? else {
        print!("{HELP}");
        return Ok(());
    };
    let mut bed = Bed::start(&arguments)?;
    println!("{}", bed.describe());
    for line in io::stdin().lock().lines() {
        let answer = request::answer(&mut bed, &line?);
        println!("{answer}");
    }
    Ok(())
}

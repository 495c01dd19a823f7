//! One connection: a server's core behind a pipe, and the fault that ends it, if it has one.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use wire::Stream;

use super::pipe::Pipe;
use super::{Scene, Side, Stage};
use crate::server::Session;

/// How a connection ends before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// After so many octets from the client: what follows does not arrive.
    CutIn(usize),
    /// After so many octets to the client.
    CutOut(usize),
    /// After so many octets to the client, without an end.
    Stall(usize),
    /// When this append has taken effect, and before it is answered.
    LostOk(u32),
    /// With a BYE in place of the answer to this command.
    Bye(u32),
    /// From this command on there are no answers.
    Silence(u32),
}

/// Opens a connection to a server, if it is there.
pub(super) fn dial(stage: &Stage, side: Side) -> io::Result<Box<dyn Stream>> {
    let mut scene = stage.lock();
    scene.dialled += 1;
    let number = scene.dialled;
    if scene.is_away(side) {
        scene.trace.add(format!("{side:?} {number} refused"));
        return Err(io::ErrorKind::ConnectionRefused.into());
    }
    let fault = draw(&mut scene);
    let room = usize::try_from(64_u64 << scene.network.between(0, 10)).unwrap_or(1024);
    let (near, far) = duplex(room);
    let gone = Arc::new(AtomicBool::new(false));
    scene.connections.push(gone.clone());
    scene.server(side).open += 1;
    let session = Session::greet(scene.server(side));
    scene.trace.add(format!("{side:?} {number} opened, room {room}, {fault:?}"));
    let link = Link {
        stage: stage.clone(),
        side,
        number,
        fault,
        gone: gone.clone(),
        session,
        io: far,
        received: 0,
        sent: 0,
    };
    tokio::spawn(link.run());
    Ok(Box::new(Pipe { io: near, gone }))
}

fn draw(scene: &mut Scene) -> Option<Fault> {
    let climate = scene.climate.clone();
    if scene.calm {
        return None;
    }
    let chance = &mut scene.network;
    let place = |chance: &mut crate::chance::Chance| usize::try_from(chance.of_any_size(20_000)).unwrap_or(0);
    let turn = |chance: &mut crate::chance::Chance| u32::try_from(chance.between(1, 14)).unwrap_or(1);
    if chance.one_in(climate.cuts) {
        return Some(if chance.one_in(2) {
            Fault::CutIn(place(chance))
        } else {
            Fault::CutOut(place(chance))
        });
    }
    if chance.one_in(climate.lost_oks) {
        return Some(Fault::LostOk(u32::try_from(chance.between(1, 4)).unwrap_or(1)));
    }
    if chance.one_in(climate.byes) {
        return Some(Fault::Bye(turn(chance)));
    }
    if chance.one_in(climate.silences) {
        return Some(if chance.one_in(2) {
            Fault::Silence(turn(chance))
        } else {
            Fault::Stall(place(chance))
        });
    }
    None
}

/// A server's end of a connection.
struct Link {
    stage: Stage,
    side: Side,
    number: u64,
    fault: Option<Fault>,
    gone: Arc<AtomicBool>,
    session: Session,
    io: DuplexStream,
    received: usize,
    sent: usize,
}

/// Whether a connection goes on.
#[derive(PartialEq, Eq)]
enum Goes {
    On,
    /// It is open, and nothing comes any more.
    Silent,
    Ended,
}

impl Link {
    async fn run(mut self) {
        let latency = Duration::from_millis(self.stage.lock().server(self.side).manners.latency);
        let mut goes = self.send().await;
        let mut buffer = vec![0; 4096];
        while goes == Goes::On {
            let Ok(count @ 1..) = self.io.read(&mut buffer).await else { break };
            if !latency.is_zero() {
                tokio::time::sleep(latency).await;
            }
            goes = self.take(buffer.get(..count).unwrap_or_default()).await;
        }
        if goes == Goes::Silent {
            while let Ok(1..) = self.io.read(&mut buffer).await {}
        }
        let mut scene = self.stage.lock();
        self.session.end(scene.server(self.side));
        scene.server(self.side).open -= 1;
        scene.trace.add(format!("{:?} {} closed", self.side, self.number));
    }

    /// Takes what came, and answers.
    async fn take(&mut self, octets: &[u8]) -> Goes {
        let mut octets = octets;
        let mut last = false;
        if let Some(Fault::CutIn(most)) = self.fault
            && self.received + octets.len() > most
        {
            octets = octets.get(..most.saturating_sub(self.received)).unwrap_or_default();
            last = true;
        }
        self.received += octets.len();
        self.session.feed(octets);
        loop {
            self.stage.tick();
            // What a client that is gone has sent, and the server has not read, is lost.
            if self.gone.load(Ordering::Relaxed) {
                self.finish_late().await;
                return Goes::Ended;
            }
            match self.step() {
                None if last => return Goes::Ended,
                None => return self.send().await,
                Some(Goes::On) => {}
                Some(end) => return end,
            }
        }
    }

    /// What the client had sent before it was gone is still done by some servers, a moment later.
    async fn finish_late(&mut self) {
        let pause = {
            let mut scene = self.stage.lock();
            if scene.calm || !scene.server(self.side).manners.commits_late {
                return;
            }
            scene.network.between(10, 900)
        };
        tokio::time::sleep(Duration::from_millis(pause)).await;
        self.fault = None;
        while self.step().is_some() {}
    }

    /// One command; nothing where there is none.
    fn step(&mut self) -> Option<Goes> {
        let next = self.session.commands + 1;
        match self.fault {
            Some(Fault::Bye(turn)) if next == turn => {
                self.session.out.extend_from_slice(b"* BYE Shutting down\r\n");
                self.session.ended = true;
                return None;
            }
            Some(Fault::Silence(turn)) if next == turn => return Some(Goes::Silent),
            _ => {}
        }
        let mut scene = self.stage.lock();
        let now = scene.now().as_second();
        let server = scene.server(self.side);
        server.now = now;
        if !self.session.step(server) {
            return None;
        }
        let said = format!("{:?} {} {}", self.side, self.number, self.session.last);
        scene.trace.add(said);
        Some(match self.fault {
            Some(Fault::LostOk(turn)) if self.session.appends >= turn => {
                scene.trace.add(format!("{:?} {} loses the answer", self.side, self.number));
                Goes::Ended
            }
            _ => Goes::On,
        })
    }

    /// Sends what is to be sent.
    async fn send(&mut self) -> Goes {
        let mut out = std::mem::take(&mut self.session.out);
        let mut end = if self.session.ended { Goes::Ended } else { Goes::On };
        if let Some(Fault::CutOut(most) | Fault::Stall(most)) = self.fault
            && self.sent + out.len() > most
        {
            out.truncate(most.saturating_sub(self.sent));
            end = if matches!(self.fault, Some(Fault::Stall(_))) { Goes::Silent } else { Goes::Ended };
        }
        self.sent += out.len();
        // A client that is gone needs no answer; the next read tells.
        let _sent = self.io.write_all(&out).await;
        end
    }
}

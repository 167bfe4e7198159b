"""What is known about builtins, libraries and methods: which of them change what they get, what
comes back, what else they touch.

These tables are the only place with such knowledge; whatever is not in them is taken to do anything
it could. An entry that is missing costs parallelism, a wrong entry costs a wrong result: add only
what the library documents. Names are dotted, as imported.
"""

from __future__ import annotations

import builtins
from dataclasses import dataclass, replace
from enum import Enum

from nbflow.authoring.dataflow import libraries, methods
from nbflow.authoring.dataflow.facts import AMBIENT, CLOCK, NETWORK, PLOTS, RANDOM


class Result(Enum):
    """What comes back from a call."""

    SCALAR = "scalar"  # immutable
    FRESH = "fresh"  # new data that shares nothing
    VIEW = "view"  # data that may share memory with the arguments
    HOLDS = "holds"  # a new container of the arguments' elements
    PARTS = "parts"  # an argument itself, or an element of it
    ARITHMETIC = "arithmetic"  # as of an operator: fresh for data and numbers
    SUM = "sum"  # as of an operator between the elements of an argument
    OBJECT = "object"  # a new instance that owns its arguments
    LAZY = "lazy"  # an iterator over the arguments
    PATH = "path"
    COPY = "copy"  # the same again, sharing nothing
    UNPICKLED = "unpickled"  # anything, of any class of the notebook too
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Known:
    """What calling something known does.

    `mutates` are positions and keywords of arguments that it changes. `file` is r or w for a
    function whose argument `file_at` names a file, open if its mode says which, parents if the
    folders above are written too, any if it may use any file. `touches` are (resource, mode).
    `draws`: it may use global random numbers. `stuck`: why its result cannot be sent to another
    kernel. `obstacle`: why the cell cannot be followed any more (`outside`: only what happens
    outside all names).
    `frame`: names in its text arguments are read from the notebook. `changes`: it may change any of
    its arguments. `grows_when_read`: looking up what is not in its result puts it there. `itself`:
    what it tells of its arguments does not hold of copies.
    """

    result: Result = Result.FRESH
    mutates: tuple[int | str, ...] = ()
    file: str = ""
    file_at: int | str = 0
    touches: tuple[tuple[str, str], ...] = ()
    draws: bool = False
    stuck: str = ""
    obstacle: str = ""
    outside: bool = False
    frame: bool = False
    changes: bool = False
    grows_when_read: bool = False
    itself: bool = False


# --- builtins -------------------------------------------------------------------------------------

_PURE_SCALAR = Known(Result.SCALAR)
_DYNAMIC = "works on the names of the notebook by text"

BUILTINS: dict[str, Known] = {
    **dict.fromkeys(
        "len int float str bool repr hash ord chr hex bin oct isinstance issubclass callable "
        "format ascii "
        "hasattr complex print bytes range any all help display".split(),
        _PURE_SCALAR,
    ),
    **dict.fromkeys("abs round pow divmod".split(), Known(Result.ARITHMETIC)),
    "sum": Known(Result.SUM),
    **dict.fromkeys("list tuple set frozenset dict sorted bytearray".split(), Known(Result.HOLDS)),
    **dict.fromkeys("min max getattr".split(), Known(Result.PARTS)),
    **dict.fromkeys(
        "iter zip map filter enumerate reversed aiter".split(),
        Known(Result.LAZY, stuck="an iterator, which is used up by reading it"),
    ),
    **dict.fromkeys("next anext".split(), Known(Result.PARTS, mutates=(0,))),
    **dict.fromkeys("setattr delattr".split(), Known(Result.SCALAR, mutates=(0,))),
    **dict.fromkeys(
        "exec eval compile globals locals vars dir __import__".split(), Known(obstacle=_DYNAMIC)
    ),
    **dict.fromkeys("exit quit breakpoint".split(), Known(obstacle="ends or stops the notebook")),
    "input": Known(Result.SCALAR, obstacle="waits for a person"),
    "open": Known(Result.OBJECT, file="open", stuck="an open file"),
    "memoryview": Known(Result.VIEW, stuck="a memoryview"),
    "object": Known(Result.OBJECT),
    "slice": Known(Result.OBJECT),
    "id": Known(Result.SCALAR, itself=True),
    "type": Known(Result.PARTS),
}

NOT_ITERATING = frozenset(
    "print len isinstance issubclass type repr str id hasattr getattr callable display format "
    "hash bool int float "
    "help setattr delattr round abs".split()
)
"""Builtins that never go through the elements of what they get."""

CHANGED_KEYWORDS = (
    *("out", "output", "ax", "axes", "fig", "cax", "file", "fp", "stream", "buf", "con", "conn"),
    *("stdout", "stderr"),
    *("random_state", "rng", "generator"),
)
"""Keywords whose argument a function of any library changes: what it draws on or writes to."""

FILE_KEYWORDS = {"logging.basicConfig": "filename"}
"""Functions that go on writing to a file where they are given one by this keyword."""

READ_IN_STEPS = {
    "chunksize": "a file that is read in steps",
    "iterator": "a file that is read in steps",
    "mmap_mode": "a mapped file",
}
"""Keywords of reading functions that make the result an iterator, or tie it to its file."""

STUCK_ELEMENTS = {
    "finditer": "the result of matching a pattern",
    "scandir": "an entry of a folder",
}
"""Functions and methods that give things, one after the other, that cannot be sent."""


def makes_what_it_gives(path: str) -> bool:
    """Whether what an iterator from `path` gives is made as it is read, instead of taken from the
    arguments.
    """
    top, _, last = path.rpartition(".")
    return top == "csv" or last in STUCK_ELEMENTS or last.startswith(methods.LOADING_PREFIXES)


# Exceptions, and types that are hardly ever called.
BUILTIN_EXCEPTIONS = Known(Result.HOLDS)


OPEN_ARCHIVE = "an open archive"

# --- functions ------------------------------------------------------------------------------------

_PLOTS = ((PLOTS, "write"),)
_FIGURE = "a figure, which lives in the kernel that drew it"

FUNCTIONS: dict[str, Known] = {
    # reading and writing files
    **dict.fromkeys(
        "json.load yaml.load yaml.safe_load tomllib.load tomli.load".split(),
        Known(Result.FRESH, mutates=(0,)),
    ),
    **dict.fromkeys(
        "pickle.load cloudpickle.load dill.load".split(), Known(Result.UNPICKLED, mutates=(0,))
    ),
    **dict.fromkeys("pickle.loads cloudpickle.loads dill.loads".split(), Known(Result.UNPICKLED)),
    **dict.fromkeys(
        "json.dump pickle.dump yaml.dump yaml.safe_dump cloudpickle.dump dill.dump".split(),
        Known(Result.SCALAR, mutates=(1, "fp", "file", "stream")),
    ),
    **dict.fromkeys(
        "csv.reader csv.DictReader".split(),
        Known(Result.LAZY, mutates=(0,), stuck="a reader of an open file"),
    ),
    **dict.fromkeys(
        "csv.writer csv.DictWriter".split(), Known(Result.OBJECT, stuck="a writer of an open file")
    ),
    "joblib.load": Known(Result.UNPICKLED, file="r"),
    "pandas.read_pickle": Known(Result.FRESH, file="r"),
    "joblib.dump": Known(Result.SCALAR, file="w", file_at=1),
    "numpy.load": Known(Result.FRESH, file="r"),
    "numpy.loadtxt": Known(Result.FRESH, file="r"),
    "numpy.genfromtxt": Known(Result.FRESH, file="r"),
    "numpy.fromfile": Known(Result.FRESH, file="r"),
    **dict.fromkeys(
        (
            "polars.scan_csv polars.scan_parquet polars.scan_ipc polars.scan_ndjson "
            "polars.scan_delta polars.scan_iceberg polars.scan_pyarrow_dataset"
        ).split(),
        Known(Result.OBJECT, file="r", stuck="a query that reads its file when it is collected"),
    ),
    "numpy.memmap": Known(Result.OBJECT, file="w", stuck="a mapped file"),
    "numpy.lib.format.open_memmap": Known(Result.OBJECT, file="w", stuck="a mapped file"),
    "scipy.ndimage": Known(Result.FRESH, mutates=(2, 3, 4)),
    **dict.fromkeys(
        "numpy.save numpy.savez numpy.savez_compressed numpy.savetxt".split(),
        Known(Result.SCALAR, file="w"),
    ),
    **dict.fromkeys(
        ("gzip.open bz2.open lzma.open io.open codecs.open h5py.File").split(),
        Known(Result.OBJECT, file="open", stuck="an open file"),
    ),
    **dict.fromkeys(
        "zipfile.ZipFile tarfile.open tarfile.TarFile".split(),
        Known(Result.OBJECT, file="open", stuck=OPEN_ARCHIVE),
    ),
    **dict.fromkeys(
        "pandas.HDFStore pandas.ExcelWriter pandas.ExcelFile".split(),
        Known(Result.OBJECT, file="w", stuck="an open file"),
    ),
    "sqlite3.connect": Known(Result.OBJECT, file="w", stuck="a database connection"),
    "io.StringIO": Known(Result.OBJECT),
    "io.BytesIO": Known(Result.OBJECT),
    # the system
    **dict.fromkeys(
        (
            "os.listdir os.walk os.stat os.path.exists os.path.isfile os.path.isdir "
            "os.path.getsize "
            "os.path.getmtime os.path.getctime os.path.getatime os.path.lexists os.path.islink "
            "os.path.samefile glob.glob"
        ).split(),
        Known(Result.FRESH, file="r"),
    ),
    "os.scandir": Known(Result.LAZY, file="r", stuck="an iterator"),
    "glob.iglob": Known(Result.LAZY, file="r", stuck="an iterator"),
    **dict.fromkeys(
        (
            "os.mkdir os.remove os.unlink os.rmdir os.removedirs os.utime os.chmod "
            "os.truncate "
            "shutil.rmtree"
        ).split(),
        Known(Result.SCALAR, file="w"),
    ),
    "os.makedirs": Known(Result.SCALAR, file="parents"),
    **dict.fromkeys(
        "os.getcwd os.getenv os.path.abspath os.path.realpath".split(), Known(Result.SCALAR)
    ),
    "os.path.join": Known(Result.SCALAR),
    "os.path": Known(Result.SCALAR),
    "os.urandom": Known(Result.SCALAR),
    "os.chdir": Known(Result.SCALAR, file="r", touches=((AMBIENT, "write"),)),
    "os.cpu_count": Known(Result.SCALAR),
    "os.getpid": Known(Result.SCALAR),
    "os.environ.get": Known(Result.SCALAR),
    "sys.exit": Known(obstacle="ends the notebook"),
    "sys._getframe": Known(obstacle=_DYNAMIC),
    "sys.getsizeof": Known(Result.SCALAR, itself=True),
    "sys.getrefcount": Known(
        Result.SCALAR, mutates=(0,), obstacle="counts what refers to an object"
    ),
    "sys.exc_info": Known(Result.OBJECT, stuck="a traceback"),
    "traceback": Known(Result.FRESH, itself=True),
    "sys.stdout.write": Known(Result.SCALAR),
    "sys.stdout.flush": Known(Result.SCALAR),
    "sys.stderr.write": Known(Result.SCALAR),
    "importlib.import_module": Known(Result.UNKNOWN, obstacle="imports a module by its name"),
    "importlib.reload": Known(Result.UNKNOWN, obstacle="loads a module again"),
    # time
    **dict.fromkeys(
        (
            "time.time time.perf_counter time.monotonic time.process_time time.time_ns "
            "time.perf_counter_ns "
            "datetime.datetime.now datetime.datetime.utcnow datetime.datetime.today "
            "datetime.date.today "
            "pandas.Timestamp.now pandas.Timestamp.today timeit.default_timer"
        ).split(),
        Known(Result.SCALAR, touches=((CLOCK, "read"),)),
    ),
    "time.sleep": Known(Result.SCALAR),
    # the rest of the standard library that changes an argument, or returns something special
    **dict.fromkeys(
        (
            "heapq.heappush heapq.heapify heapq.heappop heapq.heapreplace heapq.heappushpop "
            "bisect.insort "
            "bisect.insort_left bisect.insort_right"
        ).split(),
        Known(Result.PARTS, mutates=(0,)),
    ),
    "random.shuffle": Known(Result.SCALAR, mutates=(0,), touches=((RANDOM, "write"),)),
    "copy.copy": Known(Result.HOLDS),
    "copy.deepcopy": Known(Result.COPY),
    "functools.reduce": Known(Result.PARTS),
    **dict.fromkeys(
        (
            "operator.setitem operator.delitem operator.iadd operator.iconcat operator.isub "
            "operator.imul operator.ior operator.iand struct.pack_into"
        ).split(),
        Known(Result.PARTS, mutates=(0, 1)),
    ),
    "collections.made": Known(Result.HOLDS, stuck="of a type that the notebook makes"),
    "collections.ChainMap": Known(Result.UNKNOWN),
    "collections.defaultdict": Known(Result.HOLDS, grows_when_read=True),
    "weakref": Known(
        Result.UNKNOWN, stuck="a weak reference", obstacle="watches for the end of an object"
    ),
    **dict.fromkeys(
        (
            "operator.add operator.sub operator.mul operator.truediv operator.floordiv "
            "operator.mod operator.pow operator.neg operator.eq operator.ne operator.lt "
            "operator.le operator.gt operator.ge operator.and_ operator.or_ operator.not_ "
            "operator.contains operator.concat"
        ).split(),
        Known(Result.ARITHMETIC),
    ),
    **dict.fromkeys(
        (
            "hashlib.md5 hashlib.sha1 hashlib.sha256 hashlib.sha512 hashlib.new hashlib.blake2b"
        ).split(),
        Known(Result.OBJECT, stuck="a hash that is being computed"),
    ),
    **dict.fromkeys(
        "json.loads yaml.safe_load_all tomllib.loads tomli.loads json.dumps".split(),
        Known(Result.FRESH),
    ),
    "pickle.dumps": Known(Result.SCALAR),
    "warnings.warn": _PURE_SCALAR,
    "warnings.catch_warnings": Known(Result.OBJECT),
    "re.compile": Known(Result.SCALAR),
    **dict.fromkeys(
        "re.match re.search re.fullmatch".split(),
        Known(Result.FRESH, stuck="the result of matching a pattern"),
    ),
    "re.finditer": Known(Result.LAZY, stuck="an iterator"),
    "contextlib.suppress": Known(Result.OBJECT),
    **dict.fromkeys(
        "contextlib.redirect_stdout contextlib.redirect_stderr".split(),
        Known(Result.OBJECT, mutates=(0,)),
    ),
    "inspect": Known(obstacle=_DYNAMIC),
    "heapq.merge": Known(Result.LAZY, stuck="an iterator"),
    "sklearn.utils.check_random_state": Known(
        Result.OBJECT, stuck="a generator that may be that of the whole process"
    ),
    "gc.collect": Known(Result.SCALAR),
    "gc": Known(obstacle=_DYNAMIC),
    "operator.itemgetter": Known(Result.SCALAR),
    "operator.attrgetter": Known(Result.SCALAR),
    "subprocess": Known(Result.FRESH, obstacle="runs another program", outside=True),
    "subprocess.Popen": Known(
        Result.OBJECT, obstacle="runs another program", outside=True, stuck="a running program"
    ),
    "os.system": Known(Result.SCALAR, obstacle="runs another program", outside=True),
    "os.popen": Known(Result.OBJECT, obstacle="runs another program", outside=True, stuck="a pipe"),
    "os": Known(Result.FRESH, file="any"),
    "shutil": Known(Result.SCALAR, file="any"),
    "shutil.copyfileobj": Known(Result.SCALAR, mutates=(0, 1), file="any"),
    "glob": Known(Result.FRESH, file="any"),
    "zipfile": Known(Result.OBJECT, file="any", stuck="an open file"),
    "tarfile": Known(Result.OBJECT, file="any", stuck="an open file"),
    "tempfile": Known(Result.OBJECT, file="any", stuck="a temporary file"),
    "tempfile.gettempdir": Known(Result.SCALAR),
    "tempfile.mkdtemp": Known(Result.SCALAR),
    # numpy: what changes or shares
    **dict.fromkeys(
        (
            "numpy.fill_diagonal numpy.put numpy.place numpy.copyto numpy.putmask "
            "numpy.put_along_axis "
            "numpy.ndarray.sort numpy.add.at numpy.subtract.at"
        ).split(),
        Known(Result.SCALAR, mutates=(0,)),
    ),
    "numpy.random.shuffle": Known(Result.SCALAR, mutates=(0,), touches=((RANDOM, "write"),)),
    **dict.fromkeys(
        "numpy.random.default_rng numpy.random.RandomState numpy.random.Generator "
        "numpy.random.SeedSequence "
        "numpy.random.PCG64 random.Random random.SystemRandom numpy.random.MT19937".split(),
        Known(Result.OBJECT),
    ),
    **dict.fromkeys(
        (
            "numpy.asarray numpy.asanyarray numpy.ascontiguousarray numpy.asfortranarray "
            "numpy.atleast_1d "
            "numpy.atleast_2d numpy.atleast_3d numpy.reshape numpy.ravel numpy.squeeze "
            "numpy.expand_dims "
            "numpy.transpose numpy.swapaxes numpy.moveaxis numpy.rollaxis numpy.broadcast_to "
            "numpy.broadcast_arrays numpy.split numpy.array_split numpy.hsplit numpy.vsplit "
            "numpy.dsplit "
            "numpy.diagonal numpy.diag numpy.flip numpy.fliplr numpy.flipud numpy.rot90 "
            "numpy.real numpy.imag "
            "numpy.frombuffer numpy.require numpy.nan_to_num numpy.matrix numpy.asmatrix "
            "numpy.meshgrid numpy.trim_zeros numpy.real_if_close numpy.unstack numpy.permute_dims "
            "numpy.matrix_transpose numpy.astype numpy.asarray_chkfinite numpy.ndarray "
            "numpy.from_dlpack numpy.lib.stride_tricks numpy.lib.recfunctions numpy.ctypeslib "
            "numpy.rec numpy.char.asarray numpy.ma "
            "numpy.array "
            "pandas.DataFrame pandas.Series pandas.Index pandas.MultiIndex pandas.Categorical "
            "pandas.array "
            "pandas.to_numeric pandas.to_datetime pandas.to_timedelta pandas.DatetimeIndex "
            "pandas.concat "
            "polars.DataFrame polars.Series polars.LazyFrame polars.from_pandas pyarrow.table "
            "pyarrow.array "
            "pyarrow.Table.from_pandas xarray.DataArray xarray.Dataset scipy.sparse"
        ).split(),
        Known(Result.VIEW),
    ),
    # What is given by position after the operands is where the result goes.
    **{
        f"numpy.{name}": Known(Result.VIEW, mutates=tuple(range(first, first + 2)))
        for first, names in libraries.NUMPY_OUT.items()
        for name in names.split()
    },
    "numpy.shares_memory": Known(Result.SCALAR, itself=True),
    "numpy.may_share_memory": Known(Result.SCALAR, itself=True),
    "numpy.nditer": Known(Result.LAZY, stuck="an iterator"),
    "pandas.eval": Known(Result.VIEW, frame=True),
    "numexpr.evaluate": Known(Result.FRESH, frame=True),
    # plots
    **dict.fromkeys(
        (
            "matplotlib.pyplot.figure matplotlib.pyplot.subplots matplotlib.pyplot.subplot_mosaic"
        ).split(),
        Known(Result.OBJECT, touches=((PLOTS, "reset"),), stuck=_FIGURE),
    ),
    "matplotlib.pyplot.cm": Known(Result.FRESH),
    "matplotlib.pyplot.get_cmap": Known(Result.FRESH),
    "matplotlib.pyplot.style.available": Known(Result.FRESH),
    "matplotlib.pyplot.style.context": Known(Result.OBJECT),
    **dict.fromkeys(
        (f"matplotlib.pyplot.{name}" for name in libraries.DRAWING_FUNCTIONS),
        Known(Result.OBJECT, touches=((PLOTS, "start"),), stuck=_FIGURE),
    ),
    # These draw, and set what is drawn later.
    **dict.fromkeys(
        (f"matplotlib.pyplot.{name}" for name in libraries.COLOURING_FUNCTIONS),
        Known(Result.SCALAR, touches=((AMBIENT, "write"), *_PLOTS)),
    ),
    "matplotlib.pyplot": Known(Result.OBJECT, touches=_PLOTS, stuck=_FIGURE),
    "matplotlib.pylab": Known(Result.OBJECT, touches=_PLOTS, stuck=_FIGURE),
    "pylab": Known(Result.OBJECT, touches=_PLOTS, stuck=_FIGURE),
    "seaborn.load_dataset": Known(Result.FRESH),
    "seaborn.color_palette": Known(Result.FRESH),
    "seaborn": Known(Result.OBJECT, touches=((PLOTS, "start"),), stuck=_FIGURE, draws=True),
    "matplotlib": Known(Result.OBJECT, stuck=_FIGURE),
    "missingno": Known(Result.OBJECT, touches=_PLOTS, stuck=_FIGURE),
    # known to do nothing to what they show
    **dict.fromkeys(
        "IPython.display.display IPython.display.Markdown IPython.display.HTML "
        "IPython.display.Image "
        "IPython.display.clear_output IPython.display.Latex IPython.display.Math "
        "IPython.display.SVG "
        "IPython.display.JSON pprint.pprint pprint.pformat pprint.pp tabulate.tabulate "
        "rich.print".split(),
        Known(Result.SCALAR),
    ),
    # names of the notebook inside text
    **dict.fromkeys(
        (
            "duckdb.sql duckdb.query duckdb.execute duckdb.query_df patsy.dmatrix patsy.dmatrices"
        ).split(),
        Known(Result.OBJECT, frame=True, stuck="a query on a connection"),
    ),
    "statsmodels.formula.api": Known(Result.OBJECT, frame=True),
    # connections
    **dict.fromkeys(
        (
            "duckdb.connect psycopg.connect psycopg2.connect pymysql.connect "
            "sqlalchemy.create_engine "
            "pyodbc.connect redis.Redis pymongo.MongoClient oracledb.connect "
            "mysql.connector.connect"
        ).split(),
        Known(Result.OBJECT, file="any", stuck="a connection"),
    ),
    # what holds locks, or ends of something that is open
    **dict.fromkeys(
        (
            "rich.console.Console rich.progress.Progress rich.live.Live rich.status.Status "
            "rich.get_console"
        ).split(),
        Known(Result.OBJECT, stuck="a console"),
    ),
    **dict.fromkeys(
        "logging.StreamHandler logging.FileHandler logging.NullHandler logging.Handler".split(),
        Known(Result.OBJECT, stuck="a handler of log records"),
    ),
    "logging.handlers": Known(Result.OBJECT, file="any", stuck="a handler of log records"),
    "sqlalchemy.orm": Known(Result.OBJECT, stuck="a session with a database"),
    "zlib.compressobj": Known(Result.OBJECT, stuck="a stream that is being compressed"),
    "zlib.decompressobj": Known(Result.OBJECT, stuck="a stream that is being decompressed"),
    # the network
    "requests.Session": Known(Result.OBJECT),
    "requests.get": Known(Result.OBJECT, touches=((NETWORK, "read"),)),
    "requests.head": Known(Result.OBJECT, touches=((NETWORK, "read"),)),
    "requests": Known(Result.OBJECT, touches=((NETWORK, "write"),)),
    "urllib.request.urlretrieve": Known(
        Result.SCALAR, file="w", file_at=1, touches=((NETWORK, "read"),)
    ),
    # A URL may be that of a file.
    "urllib.request": Known(
        Result.OBJECT, file="r", touches=((NETWORK, "write"),), stuck="a connection"
    ),
    "urllib.parse": Known(Result.FRESH),
    # settings that are read
    "decimal.getcontext": Known(
        Result.OBJECT, touches=((AMBIENT, "write"),), stuck="a setting of this kernel"
    ),
    "locale": Known(Result.SCALAR, touches=((AMBIENT, "write"),)),
}


# --- looking up --------------------------------------------------------------------------------

_DATA = Known(Result.FRESH)
_HANDS_ON = Known(Result.UNKNOWN)
_MODELS = Known(Result.VIEW, draws=True)


def known_function(path: str, stateless: frozenset[str] = frozenset()) -> Known | None:
    """What calling the imported `path` does; None if it could do anything (its module may have
    hidden state).

    `stateless` names more modules that a person vouches for.
    """
    top, _, _ = path.partition(".")
    last = path.rpartition(".")[2]
    if top in libraries.STATELESS_LIBRARIES | stateless:
        if last in libraries.SEED_NAMES:
            return Known(Result.SCALAR, touches=((f"{RANDOM}:{top}", "reset"),))
        if is_setting(path) and path not in FUNCTIONS:
            return Known(Result.SCALAR, touches=((AMBIENT, "write"),))
    exact = _most_specific(path)
    if exact is not None:
        return exact
    return _by_library(path, top, last, stateless)


def is_builtin(name: str) -> bool:
    return hasattr(builtins, name)


def is_setting(path: str) -> bool:
    """Whether calling `path` changes a setting for the whole process."""
    if path in libraries.SETTING_PATHS or path.startswith(libraries.SETTING_CLASSES):
        return True
    top, last = path.partition(".")[0], path.rpartition(".")[2]
    says_so = top in libraries.SETTING_BY_PREFIX and last.startswith(libraries.SETTING_PREFIXES)
    return "." in path and path != "builtins.set" and (says_so or last in libraries.SETTING_NAMES)


def _most_specific(path: str) -> Known | None:
    """The entry for `path` itself or for the nearest module above it."""
    while path:
        if path in FUNCTIONS:
            return FUNCTIONS[path]
        path = path.rpartition(".")[0]
    return None


def _by_library(path: str, top: str, last: str, stateless: frozenset[str]) -> Known | None:
    if top == "builtins":
        return _of_builtin(path, last)
    for prefix, known in _BY_PREFIX.items():
        if path.startswith(prefix):
            return known
    if top in libraries.HOLDING_LIBRARIES:
        return Known(Result.UNKNOWN)
    if path in libraries.IMMUTABLE_TYPES:
        return _PURE_SCALAR
    if top in libraries.DATA_LIBRARIES | stateless:
        known = _object_or(_DATA, last)
        if top in libraries.OBJECT_GIVING:
            known = replace(known, result=Result.OBJECT)
        return _with_files(replace(known, draws=top == "scipy"), last)
    if top in libraries.CHANGING_LIBRARIES:
        return Known(Result.OBJECT, draws=True, changes=True)
    if top in libraries.MODEL_LIBRARIES:
        gives_data = top in libraries.DATA_GIVING and last not in libraries.OBJECT_MAKING
        known = _object_or(_MODELS, last) if gives_data else replace(_MODELS, result=Result.OBJECT)
        return _with_files(known, last)
    return None


def _of_builtin(path: str, last: str) -> Known:
    """A builtin, or a method of one that is called by its class: `dict.fromkeys(names, [])`."""
    if path.count(".") > 1:
        of_type = path.split(".")[1]
        return _PURE_SCALAR if of_type in ("str", "bytes", "int", "float") else _HANDS_ON
    return BUILTINS.get(last, BUILTIN_EXCEPTIONS)


_BY_PREFIX = {
    "random.": Known(Result.PARTS, touches=((RANDOM, "write"),)),
    "numpy.random.": Known(Result.VIEW, touches=((RANDOM, "write"),)),
    "itertools.": Known(Result.LAZY, stuck="an iterator, which is used up by reading it"),
    "tqdm.": Known(Result.LAZY, stuck="a progress bar"),
    "pathlib.": Known(Result.PATH),
    "collections.": Known(Result.HOLDS),
}


def _object_or(known: Known, last: str) -> Known:
    """A name in capitals is a class, whose instances own what they are made from."""
    return replace(known, result=Result.OBJECT) if last[:1].isupper() else known


def _with_files(known: Known, last: str) -> Known:
    mode = methods.file_mode(last)
    return replace(known, file=mode) if mode else known

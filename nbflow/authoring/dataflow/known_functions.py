"""What calling a function of a library does. What may stand here is in `knowledge.py`."""

from __future__ import annotations

from nbflow.authoring.dataflow import libraries
from nbflow.authoring.dataflow.facts import AMBIENT, CLOCK, NETWORK, PLOTS, RANDOM
from nbflow.authoring.dataflow.known import DYNAMIC, PURE_SCALAR, Known, Result

OPEN_ARCHIVE = "an open archive"
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
    "sys._getframe": Known(obstacle=DYNAMIC),
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
    "warnings.warn": PURE_SCALAR,
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
    "inspect": Known(obstacle=DYNAMIC),
    "heapq.merge": Known(Result.LAZY, stuck="an iterator"),
    "sklearn.utils.check_random_state": Known(
        Result.OBJECT, stuck="a generator that may be that of the whole process"
    ),
    "gc.collect": Known(Result.SCALAR),
    "gc": Known(obstacle=DYNAMIC),
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
    "decimal.localcontext": Known(Result.OBJECT, stuck="a setting of this kernel"),
    "decimal.getcontext": Known(
        Result.OBJECT, touches=((AMBIENT, "write"),), stuck="a setting of this kernel"
    ),
    "locale": Known(Result.SCALAR, touches=((AMBIENT, "write"),)),
}
